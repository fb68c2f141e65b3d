/// A beginning that goes on to longer tokens: where its edges are, for which bytes, and the longest token up to here.
struct TrieNode: BitwiseCopyable, Sendable {
    /// From the highest bits down: 24 of the first edge, 20 of the token, 4 of how many bytes before this node it ends, 8 of
    /// the lowest byte that has an edge, and 8 of how many more bytes follow it.
    private var bits: UInt64

    /// Of all nodes together.
    static let mostEdges = 1 << 24

    /// What `tokenEnd` is where the token ends so many bytes before the node, or more.
    static let farBack = 15

    init(edges: Int, token: UInt32, tokenEnd: Int, lowest: UInt8, more: UInt8) {
        precondition(edges < Self.mostEdges && token < 1 << 20)
        let back = UInt64(min(tokenEnd, Self.farBack))
        bits =
            UInt64(edges) << 40 | UInt64(token) << 20 | back << 16 | UInt64(lowest) << 8
            | UInt64(more)
    }

    /// The index of the edge for `byte`, or nil if it is not among the bytes that have one.
    @inline(__always)
    func edge(for byte: UInt8) -> Int? {
        let number = UInt64(byte) &- (bits &>> 8 & 0xFF)
        guard number <= bits & 0xFF else { return nil }
        return Int(truncatingIfNeeded: bits &>> 40 &+ number)
    }

    @inline(__always)
    var token: UInt32 { UInt32(truncatingIfNeeded: bits &>> 20) & 0xF_FFFF }

    /// How many bytes before this node the token ends, as far as ``farBack``.
    @inline(__always)
    var tokenEnd: Int { Int(truncatingIfNeeded: bits &>> 16 & 0xF) }
}
