/// Makes a ``PieceTable`` token by token.
struct PieceTableBuilder: ~Copyable {
    private var short: TableBuilder<ShortPiece>
    private var long: TableBuilder<UInt32>
    /// Few words are longer, and text without spaces has long pieces, hardly one of them a token.
    private var longest = 24

    /// Makes room for as many tokens of at most eight bytes, and of more.
    init(short: Int, long: Int) {
        let empty = ShortPiece(word: 0, id: 0, length: 0)
        self.short = TableBuilder(repeating: empty, count: Hash.slots(for: short))
        self.long = TableBuilder(repeating: Token.none, count: Hash.slots(for: long))
    }

    /// - Parameter isMade: whether merging makes the token, too.
    mutating func add(_ id: UInt32, _ text: Text, from start: Int, length: Int, isMade: Bool) {
        if !isMade { longest = max(longest, length) }
        guard length <= 8 else {
            let hash = Hash.of(text, from: start, length: length)
            var slot = Hash.slot(hash, of: long.count)
            while long[slot] != Token.none { slot = (slot &+ 1) & (long.count &- 1) }
            long[slot] = PieceTable.entry(hash, id)
            return
        }
        let word = text.word(at: start, length: length)
        var slot = Hash.slot(Hash.mix(word), of: short.count)
        while short[slot].length != 0 { slot = (slot &+ 1) & (short.count &- 1) }
        short[slot] = ShortPiece(word: word, id: id, length: UInt32(length))
    }

    consuming func finish() -> PieceTable {
        PieceTable(short: short.finish(), long: long.finish(), longest: longest)
    }
}
