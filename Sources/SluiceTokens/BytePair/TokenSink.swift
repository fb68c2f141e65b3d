/// What becomes of the tokens of a text.
protocol TokenSink: ~Copyable {
    /// Takes a piece that is one token.
    mutating func add(_ id: UInt32)
    /// Whether the tokens of this piece, which is none itself, are known; then they are taken.
    mutating func recall(_ piece: Piece) -> Bool
    /// Takes the first `count` tokens of `scratch`, which are those of the piece.
    mutating func add(_ piece: Piece, _ count: Int, from scratch: borrowing PieceScratch)
}
