extension Span<UInt8> {
    /// Whether the bytes are a text.
    func isText(_ text: StaticString) -> Bool { equals(text, setting: 0) }

    /// Whether the bytes of `range` are `text`, without regard to case.
    ///
    /// - Parameters:
    ///   - range: bytes without control characters but tabs, as header values and targets are.
    ///   - text: in lower case, of letters, digits, hyphens, slashes and colons: no other byte that may stand in the range becomes one
    ///     of these when its bit 0x20 is set.
    func matches(_ range: Range<Int>, ignoringCase text: StaticString) -> Bool {
        extracting(range).equals(text, setting: 0x20)
    }

    /// Whether the bytes are a text once some bits are set in each of them.
    @inline(__always)
    private func equals(_ text: StaticString, setting bits: UInt8) -> Bool {
        guard text.utf8CodeUnitCount == count else { return false }
        let (mine, theirs) = (bytes, UnsafeRawPointer(text.utf8Start))
        guard count >= 8 else {
            // Safety: the index is below the count of both.
            for index in 0..<count
            where self[index] | bits != (unsafe theirs.load(fromByteOffset: index, as: UInt8.self))
            {
                return false
            }
            return true
        }
        let mask = UInt64(bits) &* 0x0101_0101_0101_0101
        var offset = 0
        while true {
            // Safety: the offset is at most eight below the count of both.
            let left = unsafe mine.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            let right = unsafe theirs.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard left | mask == right else { return false }
            guard offset &+ 8 < count else { return true }
            // The last eight bytes overlap those before.
            offset = Swift.min(offset &+ 8, count &- 8)
        }
    }
}
