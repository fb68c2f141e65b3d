/// Counts the tokens of a text and forgets them.
struct TokenCounter: TokenSink, ~Copyable {
    private(set) var count = 0
    private var counts: PieceCounts

    /// - Parameter length: how many bytes the text has.
    init(length: Int) { counts = PieceCounts(length: length) }

    @inline(__always)
    mutating func add(_ id: UInt32) { count &+= 1 }

    @inline(__always)
    mutating func recall(_ piece: Piece) -> Bool {
        guard let known = counts.count(of: piece) else { return false }
        count &+= known
        return true
    }

    @inline(__always)
    mutating func add(_ piece: Piece, _ count: Int, from scratch: borrowing PieceScratch) {
        self.count &+= count
        counts.remember(count, of: piece)
    }
}
