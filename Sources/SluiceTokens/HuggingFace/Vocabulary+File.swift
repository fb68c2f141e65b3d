extension Vocabulary {
    /// Tokens of more bytes have no room in the tables.
    static let longestToken = 255

    /// The vocabulary of a file whose tokens are numbered as merging makes them; nil where a table has no room for them.
    ///
    /// - Parameters:
    ///   - tokens: those of `order`, and behind them others, which have numbers as well.
    ///   - pieces: how many of the others whole pieces may be, though merging never makes them.
    init?(
        _ order: borrowing MergeOrder, _ index: TokenIndex, tokens: [UInt32], pieces others: Int,
        detours: Detours?, ignoresMerges: Bool
    ) {
        let made = order.tokens.count
        let sorted = Self.sorted(tokens[..<(made + others)], index)
        let short = tokens.count { index.range($0).count <= 8 }
        var pieces = PieceTableBuilder(short: short, long: tokens.count - short)
        var merges = MergeTableBuilder(merges: made)
        var trie = TrieBuilder(tokens: tokens.count)
        let bytes = Table(copying: (0..<index.bytes.count).map { index.bytes[$0] })
        var list = TableBuilder(repeating: Token(id: 0, start: 0, length: 0), count: tokens.count)
        var previous = 0..<0
        for number in sorted {
            let range = index.range(tokens[Int(number)])
            // What is longer takes a detour.
            guard range.count <= Self.longestToken else { continue }
            let isMade = number < made
            let shared = Self.shared(previous, range, bytes)
            trie.keep(shared)
            for offset in shared..<range.count {
                let ends = isMade && offset == range.count - 1
                trie.add(bytes[range.lowerBound + offset], token: ends ? number : Token.none)
            }
            var token = Token(id: number, start: range.lowerBound, length: range.count)
            if isMade, range.count > 1 {
                token.prefix = trie.prefix
                (token.left, token.right) = order.parts[Int(number)]
                merges.add(token.left, token.right, merged: number)
            }
            list[Int(number)] = token
            // Merging makes something else of a piece with such a token in it, even if it is a token.
            let isDetour =
                !ignoresMerges
                && detours?.concern(bytes.text, from: range.lowerBound, to: range.upperBound)
                    == true
            if !isDetour {
                pieces.add(
                    number, bytes.text, from: range.lowerBound, length: range.count, isMade: isMade)
            }
            previous = range
        }
        guard !trie.isFull else {
            bytes.free()
            return nil
        }
        self.detours = detours
        self.list = TokenList(tokens: list.finish(), bytes: bytes)
        self.pieces = pieces.finish()
        self.trie = trie.finish()
        self.merges = merges.finish()
    }

    /// How many bytes two tokens begin with alike.
    private static func shared(_ one: Range<Int>, _ other: Range<Int>, _ bytes: Table<UInt8>) -> Int
    {
        let most = min(one.count, other.count)
        var count = 0
        while count < most, bytes[one.lowerBound + count] == bytes[other.lowerBound + count] {
            count += 1
        }
        return count
    }

    /// The numbers in the order of their tokens' bytes.
    private static func sorted(_ tokens: ArraySlice<UInt32>, _ index: TokenIndex) -> [UInt32] {
        /// The first eight bytes decide mostly.
        struct Key {
            var word: UInt64
            var number: UInt32
        }
        let text = index.bytes.text
        var keys = tokens.enumerated().map { number, token in
            let range = index.range(token)
            let word = text.word(at: range.lowerBound, length: min(range.count, 8))
            return Key(word: word.byteSwapped, number: UInt32(number))
        }
        keys.sort { one, other in
            if one.word != other.word { return one.word < other.word }
            let (first, second) = (
                index.range(tokens[Int(one.number)]), index.range(tokens[Int(other.number)])
            )
            for offset in 0..<min(first.count, second.count) {
                let (left, right) = (
                    text[first.lowerBound + offset], text[second.lowerBound + offset]
                )
                if left != right { return left < right }
            }
            return first.count < second.count
        }
        return keys.map(\.number)
    }
}
