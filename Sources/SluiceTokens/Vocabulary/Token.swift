/// What is known of one token.
struct Token: BitwiseCopyable, Sendable {
    /// The two that merging made it of; twice itself if it is a single byte, or is never made.
    var left: UInt32
    var right: UInt32
    /// The longest token that it begins with, or ``none``.
    var prefix: UInt32
    /// Where its bytes begin among those of all, and below them eight bits of their number; zero if there is no such token.
    private var place: UInt32

    /// Stands where no token is meant; higher than all ids.
    static let none = UInt32.max

    /// Ids have so many bits, so that three of them fit into a word.
    static let bits: UInt64 = 20

    init(id: UInt32, start: Int, length: Int) {
        (left, right, prefix) = (id, id, Self.none)
        place = UInt32(start << 8 | length)
    }

    @inline(__always)
    var length: Int { Int(place & 0xFF) }

    @inline(__always)
    var start: Int { Int(place &>> 8) }
}
