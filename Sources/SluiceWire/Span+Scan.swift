extension Span<UInt8> {
    /// The first offset at or after `start` whose byte is a control character other than a
    /// horizontal tab, or `count`. Sixteen bytes are looked at together.
    func firstControl(from start: Int) -> Int {
        // Types are spelled out: the compiler would pick comparisons that look at one byte after the other.
        let (upper, zero) = (SIMD16<UInt8>(repeating: 0xE0), SIMD16<UInt8>(repeating: 0))
        let delete = SIMD16<UInt8>(repeating: 0x7F)
        var offset = start
        let raw = bytes
        while offset &+ 16 <= count {
            // Safety: sixteen bytes from offset on lie inside the span.
            let block: SIMD16<UInt8> = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self)
            let isLow: SIMDMask<SIMD16<Int8>> = (block & upper) .== zero
            let isDelete: SIMDMask<SIMD16<Int8>> = block .== delete
            guard let position = MemberSearch.position(of: isLow .| isDelete) else {
                offset &+= 16
                continue
            }
            offset &+= position
            if self[offset] != Byte.tab { return offset }
            offset &+= 1
        }
        while offset < count, !Byte.isForbiddenInValue(self[offset]) { offset &+= 1 }
        return offset
    }

    /// The first carriage return or line feed at or after `start` and before `end`, or `end`.
    func firstLineEnd(from start: Int, to end: Int) -> Int {
        // Types are spelled out: the compiler would pick comparisons that look at one byte after the other.
        let (upper, zero) = (SIMD16<UInt8>(repeating: 0xF0), SIMD16<UInt8>(repeating: 0))
        var offset = start
        let raw = bytes
        while offset &+ 16 <= end {
            // Safety: sixteen bytes from offset on lie before end, which the caller took from count.
            let block: SIMD16<UInt8> = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self)
            // Any byte below 0x10: JSON has none but line ends, so the exact look is rare.
            let isLow: SIMDMask<SIMD16<Int8>> = (block & upper) .== zero
            guard let position = MemberSearch.position(of: isLow) else {
                offset &+= 16
                continue
            }
            offset &+= position
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
        let raw = bytes
        let wanted = UInt64(byte) &* 0x0101_0101_0101_0101
        while offset &+ 8 <= range.upperBound {
            // Safety: eight bytes from offset on lie in the range, which the caller took from count.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            let difference = word.littleEndian ^ wanted
            // A borrow can only raise flags above the first true one, and only the first is used.
            let flags =
                (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            if flags != 0 { return offset &+ flags.trailingZeroBitCount >> 3 }
            offset &+= 8
        }
        guard offset < range.upperBound else { return nil }
        if range.count >= 8 {
            // The last eight bytes overlap those before, among which there is none.
            offset = range.upperBound &- 8
            // Safety: as above.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            let difference = word.littleEndian ^ wanted
            let flags =
                (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            return flags == 0 ? nil : offset &+ flags.trailingZeroBitCount >> 3
        }
        while offset < range.upperBound {
            if self[offset] == byte { return offset }
            offset &+= 1
        }
        return nil
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
