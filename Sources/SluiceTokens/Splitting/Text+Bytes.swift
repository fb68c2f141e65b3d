extension Text {
    /// A part as a text of its own.
    @inline(__always)
    func part(_ range: Range<Int>) -> Text {
        // Safety: the part is there as long as this text.
        unsafe withBytes(range) { start, end in
            unsafe Text(UnsafeBufferPointer(start: start, count: end - start))
        }
    }

    /// Where the next byte is that is not ASCII; eight are looked at together.
    func firstWide(from start: Int) -> Int {
        var offset = start
        while offset &+ 8 <= count, word(at: offset, length: 8) & 0x8080_8080_8080_8080 == 0 {
            offset &+= 8
        }
        while offset < count, self[offset] < 0x80 { offset &+= 1 }
        return offset
    }

    /// A copy of the bytes.
    var array: [UInt8] {
        unsafe withBytes(0..<count) { start, _ in
            unsafe Array(UnsafeBufferPointer(start: start, count: count))
        }
    }
}
