/// A token of at most eight bytes, as one word.
struct ShortPiece: BitwiseCopyable, Sendable {
    var word: UInt64
    var id: UInt32
    /// Zero where a slot is empty.
    var length: UInt32
}
