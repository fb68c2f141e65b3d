/// Spreads keys over the slots of tables, whose number is a power of two.
enum Hash {
    /// The highest bits are the best.
    @inline(__always)
    static func mix(_ word: UInt64) -> UInt64 { word &* 0x9E37_79B9_7F4A_7C15 }

    @inline(__always)
    static func slot(_ hash: UInt64, of count: Int) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(count)).high)
    }

    /// Of eight bytes or more.
    @inline(__always)
    static func of(_ text: Text, from start: Int, length: Int) -> UInt64 {
        var (hash, offset) = (UInt64(truncatingIfNeeded: length), start)
        let last = start &+ length &- 8
        while offset < last {
            hash = mix(hash ^ text.word(at: offset, length: 8))
            hash ^= hash &>> 32
            offset &+= 8
        }
        // The last eight bytes, which may overlap those before.
        hash = mix(hash ^ text.word(at: last, length: 8))
        return mix(hash ^ hash &>> 32)
    }

    /// A power of two of which `count` is at most two thirds.
    static func slots(for count: Int) -> Int {
        1 << (Int.bitWidth - (count + count / 2).leadingZeroBitCount)
    }
}
