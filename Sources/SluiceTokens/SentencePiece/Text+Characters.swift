extension Text {
    /// How many bytes the character at `offset` has by its first one, but none behind the end of the text.
    @inline(__always)
    func characterLength(at offset: Int) -> Int {
        let byte = self[offset]
        let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        return min(length, count &- offset)
    }

    /// The character at `offset` as a number: its bytes.
    @inline(__always)
    func character(at offset: Int, length: Int) -> UInt32 {
        var number = UInt32(self[offset])
        for index in 1..<max(1, length) { number = number &<< 8 | UInt32(self[offset &+ index]) }
        return number
    }
}
