extension Span<UInt8> {
    /// The first offset at or after `start` whose byte is a control character other than a
    /// horizontal tab, or `count`. Eight bytes are looked at together.
    func firstControl(from start: Int) -> Int {
        var offset = start
        let raw = bytes
        while offset &+ 8 <= count {
            // Safety: eight bytes from offset on lie inside the span.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            // A borrow can only raise flags above the first true one, and only the first is used.
            let low = (word &- 0x2020_2020_2020_2020) & ~word
            let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let flags =
                (low | ((delete &- 0x0101_0101_0101_0101) & ~delete)) & 0x8080_8080_8080_8080
            guard flags != 0 else {
                offset &+= 8
                continue
            }
            offset &+= flags.littleEndian.trailingZeroBitCount >> 3
            if self[offset] != Byte.tab { return offset }
            offset &+= 1
        }
        while offset < count, !Byte.isForbiddenInValue(self[offset]) { offset &+= 1 }
        return offset
    }

    /// The first carriage return or line feed at or after `start` and before `end`, or `end`.
    func firstLineEnd(from start: Int, to end: Int) -> Int {
        var offset = start
        let raw = bytes
        while offset &+ 8 <= end {
            // Safety: eight bytes from offset on lie before end, which the caller took from count.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            // Any byte below 0x0E: JSON has none but line ends, so the exact look is rare.
            let flags = (word &- 0x0E0E_0E0E_0E0E_0E0E) & ~word & 0x8080_8080_8080_8080
            guard flags != 0 else {
                offset &+= 8
                continue
            }
            offset &+= flags.littleEndian.trailingZeroBitCount >> 3
            let byte = self[offset]
            if byte == Byte.lineFeed || byte == Byte.carriageReturn { return offset }
            offset &+= 1
        }
        while offset < end, self[offset] != Byte.lineFeed, self[offset] != Byte.carriageReturn {
            offset &+= 1
        }
        return offset
    }

    /// The first offset in `range` of a byte that is not visible ASCII, or the range's end.
    func firstInvisible(in range: Range<Int>) -> Int {
        var offset = range.lowerBound
        let raw = bytes
        while offset &+ 8 <= range.upperBound {
            // Safety: eight bytes from offset on lie in the range, which the caller took from count.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            // A borrow can only raise flags above the first true one, and only the first is used.
            let low = (word &- 0x2121_2121_2121_2121) & ~word
            let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let flags =
                (low | word | ((delete &- 0x0101_0101_0101_0101) & ~delete))
                & 0x8080_8080_8080_8080
            if flags != 0 { return offset &+ flags.littleEndian.trailingZeroBitCount >> 3 }
            offset &+= 8
        }
        while offset < range.upperBound, self[offset] > Byte.space, self[offset] < 0x7F {
            offset &+= 1
        }
        return offset
    }

    /// The first offset of `byte` in `range`, or nil.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        var offset = range.lowerBound
        while offset < range.upperBound {
            if self[offset] == byte { return offset }
            offset &+= 1
        }
        return nil
    }

    /// Whether the bytes of `range` are `text`, which is in lower case, without regard to case.
    func matches(_ range: Range<Int>, ignoringCase text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            // Safety: the buffer is a constant of the program and the index is below its count.
            for index in 0..<expected.count
            where Byte.lowercase(self[range.lowerBound + index]) != (unsafe expected[index]) {
                return false
            }
            return true
        }
    }

    /// Whether `text` stands at `offset`, with regard to case; false if fewer bytes are left.
    func has(_ text: StaticString, at offset: Int) -> Bool {
        guard offset + text.utf8CodeUnitCount <= count else { return false }
        return text.withUTF8Buffer { expected in
            // Safety: the buffer is a constant of the program and the index is below its count.
            for index in 0..<expected.count
            where self[offset + index] != (unsafe expected[index]) {
                return false
            }
            return true
        }
    }

    /// `range` without spaces and tabs at both ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, Byte.isBlank(self[start]) { start += 1 }
        while end > start, Byte.isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }
}
