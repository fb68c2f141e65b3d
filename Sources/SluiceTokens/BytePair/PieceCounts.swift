/// Remembers how many tokens the pieces of a text have: names and rare words come again and again.
struct PieceCounts: ~Copyable {
    /// Where the piece was, and what it had.
    private struct Slot: BitwiseCopyable, Sendable {
        var start: Int
        /// Zero where a slot is empty.
        var length: UInt32
        var count: UInt32
    }

    /// Shorter texts do not repeat enough to pay for the memory.
    private static let worthwhile = 4096
    /// Longer pieces do not come again.
    private static let longest = 64

    private var slots: TableBuilder<Slot>

    /// - Parameter length: how many bytes the text has.
    init(length: Int) {
        let empty = Slot(start: 0, length: 0, count: 0)
        slots = TableBuilder(repeating: empty, count: length < Self.worthwhile ? 0 : 2048)
    }

    /// How many tokens the piece has, or nil if that is not remembered.
    @inline(__always)
    func count(of piece: Piece) -> Int? {
        guard slots.count > 0, piece.count <= Self.longest else { return nil }
        let slot = slots[Hash.slot(piece.hash, of: slots.count)]
        guard slot.length == piece.count, piece.isRepeated(at: slot.start) else { return nil }
        return Int(slot.count)
    }

    /// Takes the place of another piece.
    @inline(__always)
    mutating func remember(_ count: Int, of piece: Piece) {
        guard slots.count > 0, piece.count <= Self.longest else { return }
        slots[Hash.slot(piece.hash, of: slots.count)] = Slot(
            start: piece.start, length: UInt32(piece.count), count: UInt32(count))
    }
}
