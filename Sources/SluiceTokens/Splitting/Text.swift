/// Bytes while a call lasts.
struct Text {
    private let base: UnsafePointer<UInt8>
    let count: Int

    /// The bytes of `buffer`, which outlive this value.
    init(_ buffer: UnsafeBufferPointer<UInt8>) {
        // An empty buffer may have no address, and none of its bytes is read.
        unsafe base = buffer.baseAddress ?? Text.nothing
        count = buffer.count
    }

    // Safety: a byte that nobody reads or writes.
    private nonisolated(unsafe) static let nothing = UnsafePointer(
        UnsafeMutablePointer<UInt8>.allocate(capacity: 1))

    @inline(__always)
    subscript(offset: Int) -> UInt8 {
        assert(offset >= 0 && offset < count, "the text has no byte \(offset)")
        // Safety: callers compare with count, or know the length of the character from its first byte.
        return unsafe base[offset]
    }

    /// The `length` bytes from `offset` on, one to eight of them, the first one lowest; zeros above them.
    @inline(__always)
    func word(at offset: Int, length: Int) -> UInt64 {
        assert(length > 0 && length <= 8 && offset + length <= count)
        guard offset &+ 8 <= count else { return lastWord(at: offset, length: length) }
        // Safety: eight bytes from offset on lie inside the text.
        let word = unsafe UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self)
        let excess = UInt64(truncatingIfNeeded: 64 &- 8 &* length)
        return (word.littleEndian &<< excess) &>> excess
    }

    /// The same where fewer than eight bytes are left.
    private func lastWord(at offset: Int, length: Int) -> UInt64 {
        (0..<length).reduce(0) { $0 | UInt64(self[offset + $1]) << UInt64(8 * $1) }
    }

    /// Calls with the addresses where a part begins and ends.
    @inline(__always)
    func withBytes<Result>(
        _ range: Range<Int>, _ body: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Result
    ) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        // Safety: both lie inside the text, or at its end.
        return unsafe body(base + range.lowerBound, base + range.upperBound)
    }

    /// Whether `length` bytes from `start` on, eight or more, are those of `other` from `place` on.
    func matches(_ other: Text, at place: Int, from start: Int, length: Int) -> Bool {
        var offset = 0
        while offset < length {
            // The last eight bytes may overlap those before.
            let position = min(offset, length &- 8)
            guard
                word(at: start &+ position, length: 8)
                    == other.word(at: place &+ position, length: 8)
            else { return false }
            offset &+= 8
        }
        return true
    }
}
