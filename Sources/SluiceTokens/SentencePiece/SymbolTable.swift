/// The symbols of a model of byte pairs and how they merge. The symbol of a piece is its id and one; those of other characters follow.
struct SymbolTable: Sendable {
    /// What two symbols merge into.
    private(set) var merges: SymbolMerges
    /// The symbols of single characters.
    private let characters: SymbolMerges
    /// Pieces and single characters, with their symbols.
    private let trie: PieceTrie
    let wholeWords: WholeWords
    /// For each symbol its place in the order of merging, the first lowest; those of one score have one place.
    let ranks: [UInt32]
    /// For each symbol its id, or that of the unknown token.
    let ids: [UInt32]
    /// How many bytes each symbol has.
    let lengths: [UInt32]
    /// The pieces that are not used: they fall apart into what they were merged of.
    let unused: Set<UInt32>

    init(_ model: SentencePieceModel, unknown: UInt32) throws(UnusableTokenizer) {
        let (entries, bytes) = (model.entries, model.bytes)
        let (places, characters) = Self.symbols(of: model)
        guard places.count < 1 << SymbolMerges.bits - 1 else { throw .model("too many pieces") }
        self.characters = characters
        let pieces = entries.indices.filter { entries[$0].isText }
        let symbols = pieces + Array(entries.count..<places.count)
        trie = try PieceTrie(symbols.map { (places[$0], UInt32($0 + 1)) }, of: bytes)
        merges = SymbolMerges(merges: 4 * pieces.count)
        for index in pieces { merges.addAll(of: index, at: places[index], bytes, trie) }
        ranks = Self.ranks(entries)
        ids =
            [unknown]
            + places.indices.map {
                $0 < entries.count && entries[$0].isText ? UInt32($0) : unknown
            }
        lengths = [0] + places.map { UInt32($0.count) }
        wholeWords = WholeWords(symbols: ids.count)
        unused = Set(pieces.filter { entries[$0].kind == .unused }.map { UInt32($0 + 1) })
    }

    /// The symbol of a character, or zero if no piece has it.
    @inline(__always)
    func symbol(of character: UInt32) -> UInt32 { characters.symbol(of: character) }

    /// The symbol whose text is the word, or zero.
    @inline(__always)
    func symbol(of word: Piece) -> UInt32 {
        var (node, offset) = (UInt32(0), word.start)
        while offset < word.end {
            guard let next = trie.child(of: node, word.text[offset]) else { return 0 }
            (node, offset) = (next, offset &+ 1)
        }
        let symbol = trie.value(of: node)
        return symbol == PieceTrie.Unit.none ? 0 : symbol
    }

    /// Where the text of each symbol is, and which are single characters.
    private static func symbols(
        of model: SentencePieceModel
    ) -> (places: [Range<Int>], characters: SymbolMerges) {
        var (places, characters) = (model.entries.map(\.place), SymbolMerges(merges: 1 << 12))
        let texts = model.entries.enumerated().filter { $1.isText }
        for (index, entry) in texts {
            if let character = model.bytes.onlyCharacter(in: entry.place) {
                characters.add(character, symbol: UInt32(index + 1))
            }
        }
        for (_, entry) in texts {
            model.bytes.forEachCharacter(in: entry.place) { character, place in
                guard characters.symbol(of: character) == 0 else { return }
                places.append(place)
                characters.add(character, symbol: UInt32(min(places.count, SymbolMerges.highest)))
            }
        }
        return (places, characters)
    }

    private static func ranks(_ entries: [SentencePieceModel.Entry]) -> [UInt32] {
        var ranks = [UInt32](repeating: 0, count: entries.count + 1)
        var (rank, last) = (UInt32(0), Float.infinity)
        for index in entries.indices.sorted(by: { entries[$0].score > entries[$1].score }) {
            if entries[index].score != last { rank += 1 }
            (ranks[index + 1], last) = (rank, entries[index].score)
        }
        return ranks
    }
}

extension SymbolMerges {
    /// A character's bytes are a number, and its halves are taken for a pair.
    @inline(__always)
    fileprivate func symbol(of character: UInt32) -> UInt32 {
        merged(character &>> 16, character & 0xFFFF)
    }

    fileprivate mutating func add(_ character: UInt32, symbol: UInt32) {
        add(character >> 16, character & 0xFFFF, merged: symbol)
    }

    /// Adds every pair of symbols that the piece can be merged of.
    fileprivate mutating func addAll(
        of index: Int, at place: Range<Int>, _ bytes: [UInt8], _ trie: PieceTrie
    ) {
        var node: UInt32 = 0
        for split in place.dropLast() {
            // The trie has the piece, so it has all beginnings of it.
            guard let next = trie.child(of: node, bytes[split]) else { return }
            node = next
            let left = trie.value(of: node)
            guard left != PieceTrie.Unit.none else { continue }
            let right = trie.value(of: bytes[split + 1..<place.upperBound])
            if right != PieceTrie.Unit.none { add(left, right, merged: UInt32(index + 1)) }
        }
    }
}
