/// Finds pieces that a text goes on with: a double array, in which a step is one lookup.
struct PieceTrie: Sendable {
    struct Unit: BitwiseCopyable, Sendable {
        /// With a byte of the text it gives, by exclusive or, the index of the child, if that says so too.
        var base: UInt32 = 0
        var parent: UInt32 = Self.none
        /// That of the piece that ends here, or ``none``.
        var value: UInt32 = Self.none

        static let none = UInt32.max
    }

    /// Their number is a multiple of 256, so no byte leads beyond the end. The first is the root.
    let units: [Unit]

    /// Whether there is no piece. There is a root even so.
    let isEmpty: Bool

    @inline(__always)
    func child(of node: UInt32, _ byte: UInt8) -> UInt32? {
        let index = units[Int(node)].base ^ UInt32(byte)
        return units[Int(index)].parent == node ? index : nil
    }

    /// The value of the piece that ends at the node, or ``Unit/none``.
    @inline(__always)
    func value(of node: UInt32) -> UInt32 { units[Int(node)].value }

    /// How long the longest piece is that the text has at `start`, and its value.
    @inline(__always)
    func longest(in text: Text, from start: Int) -> (length: Int, value: UInt32)? {
        if isEmpty { return nil }
        var (node, offset) = (UInt32(0), start)
        var longest: (length: Int, value: UInt32)?
        while offset < text.count, let next = child(of: node, text[offset]) {
            (node, offset) = (next, offset &+ 1)
            let value = value(of: node)
            if value != Unit.none { longest = (offset &- start, value) }
        }
        return longest
    }

    /// The value of the piece that is the whole of these bytes, or ``Unit/none``.
    func value(of bytes: ArraySlice<UInt8>) -> UInt32 {
        var node: UInt32 = 0
        for byte in bytes {
            guard let next = child(of: node, byte) else { return Unit.none }
            node = next
        }
        return value(of: node)
    }
}
