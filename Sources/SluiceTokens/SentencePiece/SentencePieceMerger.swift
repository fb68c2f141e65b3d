/// Splits what a normalizer made of a text by merging byte pairs: of all symbols side by side that make a piece, those of the
/// highest score first, and of equals the left ones.
struct SentencePieceMerger: Sendable {
    let table: SymbolTable
    /// Pieces that are found before anything is merged, and do not merge.
    let userDefined: PieceTrie
    let unknown: UnknownTokens

    /// In shorter words the next pair is looked for among all; in longer ones a heap has it.
    private static let shortLimit = 32

    /// Leaves the tokens of a word in `scratch.pieces` and tells their number.
    func split(_ word: Piece, _ scratch: inout SymbolScratch) -> Int {
        cut(word, &scratch)
        if scratch.symbols.count > Self.shortLimit || !table.unused.isEmpty {
            mergeByHeap(&scratch)
        } else {
            mergeByScan(&scratch)
        }
        return collect(word, &scratch)
    }

    /// The word as symbols of single characters.
    private func cut(_ word: Piece, _ scratch: inout SymbolScratch) {
        scratch.removeAll()
        var offset = word.start
        while offset < word.end {
            scratch.starts.append(offset)
            if let found = userDefined.longest(in: word.text, from: offset) {
                scratch.symbols.append(0)
                offset &+= found.length
            } else {
                let length = word.text.characterLength(at: offset)
                let character = word.text.character(at: offset, length: length)
                scratch.symbols.append(table.symbol(of: character))
                offset &+= length
            }
        }
    }

    private func mergeByScan(_ scratch: inout SymbolScratch) {
        var count = scratch.symbols.count
        scratch.prepareOrders(count)
        for place in 0..<max(0, count - 1) { order(place, &scratch) }
        while count > 1 {
            var (best, order) = (0, UInt64.max)
            for place in 0..<count &- 1 where scratch.orders[place] &>> 32 < order &>> 32 {
                (best, order) = (place, scratch.orders[place])
            }
            guard order != .max else { break }
            scratch.symbols[best] = UInt32(truncatingIfNeeded: order)
            count &-= 1
            for place in best &+ 1..<max(best &+ 1, count) {
                scratch.symbols[place] = scratch.symbols[place &+ 1]
                scratch.starts[place] = scratch.starts[place &+ 1]
                scratch.orders[place] = scratch.orders[place &+ 1]
            }
            if best > 0 { self.order(best &- 1, &scratch) }
            if best &+ 1 < count { self.order(best, &scratch) }
        }
        scratch.symbols.removeLast(scratch.symbols.count - count)
        scratch.starts.removeLast(scratch.starts.count - count)
    }

    /// Finds the rank at which the symbols at this place and the next merge, and what they merge into.
    @inline(__always)
    private func order(_ place: Int, _ scratch: inout SymbolScratch) {
        let merged = table.merges.merged(scratch.symbols[place], scratch.symbols[place &+ 1])
        scratch.orders[place] =
            merged == 0 ? .max : UInt64(table.ranks[Int(merged)]) &<< 32 | UInt64(merged)
    }

    /// Leaves the tokens in `scratch.pieces`; what no piece has becomes the unknown token or those of its bytes.
    private func collect(_ word: Piece, _ scratch: inout SymbolScratch) -> Int {
        scratch.pieces.prepare(for: word.count)
        var count = 0
        for place in scratch.symbols.indices {
            let (symbol, start) = (scratch.symbols[place], scratch.starts[place])
            if symbol == 0, let found = userDefined.longest(in: word.text, from: start) {
                scratch.pieces[count] = found.value
                count &+= 1
            } else if table.ids[Int(symbol)] == unknown.id {
                let next = place &+ 1
                let end = next < scratch.starts.count ? scratch.starts[next] : word.end
                unknown.add(word.text, start..<end, to: &scratch.pieces, &count)
            } else if table.unused.contains(symbol) {
                collectParts(of: symbol, word.text, from: start, &scratch, &count)
            } else {
                scratch.pieces[count] = table.ids[Int(symbol)]
                count &+= 1
            }
        }
        return count
    }

    /// A piece that is not used falls apart into what it was merged of, unless it is a single character.
    private func collectParts(
        of symbol: UInt32, _ text: Text, from start: Int, _ scratch: inout SymbolScratch,
        _ count: inout Int
    ) {
        var (rest, offset) = ([symbol], start)
        while let symbol = rest.popLast() {
            if table.unused.contains(symbol), let (left, right) = scratch.parts[symbol] {
                rest += [right, left]
                continue
            }
            let end = offset &+ Int(table.lengths[Int(symbol)])
            if table.ids[Int(symbol)] == unknown.id {
                unknown.add(text, offset..<end, to: &scratch.pieces, &count)
            } else {
                scratch.pieces[count] = table.ids[Int(symbol)]
                count &+= 1
            }
            offset = end
        }
    }
}
