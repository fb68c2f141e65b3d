/// Finds the strings of a JSON text that begin with one of a few letters, sixteen bytes at a time and without parsing.
///
/// A quote inside a string is escaped, so the letters it finds stand at the beginning of a string or, rarely, behind the end of one.
package struct MemberSearch: Sendable {
    // Four fields and not an array: the search is too short to be worth a loop inside its loop.
    private let first: SIMD16<UInt8>
    private let second: SIMD16<UInt8>
    private let third: SIMD16<UInt8>
    private let fourth: SIMD16<UInt8>

    /// - Parameter initials: the letters looked for, one to four.
    package init(_ initials: String) {
        let letters = Array(initials.utf8)
        precondition(1...4 ~= letters.count, "one to four letters")
        func vector(_ index: Int) -> SIMD16<UInt8> {
            SIMD16(repeating: letters[min(index, letters.count - 1)])
        }
        (first, second, third, fourth) = (vector(0), vector(1), vector(2), vector(3))
    }

    /// The offset behind the next quote that one of the letters follows, at or after `start`.
    package func next(in bytes: Span<UInt8>, from start: Int) -> Int? {
        let last = bytes.count &- 17
        guard last >= 0 else { return tail(bytes, from: start) }
        var offset = start
        while offset <= last {
            if let position = Self.position(of: matches(bytes, at: offset)) {
                return offset &+ position &+ 1
            }
            offset &+= 16
        }
        // What is left is looked at with some bytes before it, which do not count.
        let seen = offset &- last
        guard seen < 16 else { return nil }
        return Self.position(of: matches(bytes, at: last), from: seen).map { last &+ $0 &+ 1 }
    }

    /// Where in sixteen bytes a quote stands that one of the letters follows.
    @inline(__always)
    private func matches(_ bytes: Span<UInt8>, at offset: Int) -> SIMDMask<SIMD16<Int8>> {
        // Safety: the caller has seen to it that seventeen bytes from offset on lie inside the span.
        let here = unsafe bytes.bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self)
        let following = unsafe bytes.bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset &+ 1, as: SIMD16<UInt8>.self)
        let isLetter: SIMDMask<SIMD16<Int8>> =
            (following .== first) .| (following .== second)
            .| (following .== third) .| (following .== fourth)
        return isLetter .& (here .== SIMD16(repeating: 0x22))
    }

    /// Byte by byte, in fewer bytes than a block has.
    private func tail(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var offset = start
        while offset &+ 1 < bytes.count {
            let letter = bytes[offset &+ 1]
            let isLetter =
                letter == first[0] || letter == second[0] || letter == third[0]
                || letter == fourth[0]
            if bytes[offset] == 0x22, isLetter { return offset &+ 1 }
            offset &+= 1
        }
        return nil
    }

    @inline(__always)
    static func position(of mask: SIMDMask<SIMD16<Int8>>) -> Int? {
        // Safety: both types are sixteen plain bytes; a lane of a mask is all ones or all zeros.
        let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        if words[0] != 0 { return words[0].littleEndian.trailingZeroBitCount >> 3 }
        if words[1] != 0 { return 8 &+ words[1].littleEndian.trailingZeroBitCount >> 3 }
        return nil
    }

    /// The first lane from `start` on that is true.
    @inline(__always)
    private static func position(of mask: SIMDMask<SIMD16<Int8>>, from start: Int) -> Int? {
        // Safety: both types are sixteen plain bytes; a lane of a mask is all ones or all zeros.
        let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        let all = UInt64.max
        let low = words[0].littleEndian & (all << (8 &* start))
        if low != 0 { return low.trailingZeroBitCount >> 3 }
        let high = words[1].littleEndian & (all << max(0, 8 &* (start &- 8)))
        return high != 0 ? 8 &+ high.trailingZeroBitCount >> 3 : nil
    }
}

extension Span<UInt8> {
    /// Whether `text` stands at `offset`; false if fewer bytes are left.
    @inlinable @inline(__always)
    package func hasText(_ text: StaticString, at offset: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard offset >= 0, length <= count &- offset else { return false }
        // Safety: the text is a constant of the program and the index is below its count.
        let expected = unsafe text.utf8Start
        var index = 0
        if length >= 8 {
            let (mine, theirs) = (bytes, UnsafeRawPointer(expected))
            while true {
                // Safety: the index is at most eight below the length, which fits into both.
                let left = unsafe mine.unsafeLoadUnaligned(
                    fromUncheckedByteOffset: offset &+ index, as: UInt64.self)
                let right = unsafe theirs.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                guard left == right else { return false }
                guard index &+ 8 < length else { return true }
                // The last eight bytes overlap those before.
                index = Swift.min(index &+ 8, length &- 8)
            }
        }
        while index < length, self[offset &+ index] == (unsafe expected[index]) { index &+= 1 }
        return index == length
    }

    /// The first quote or backslash at or after `start`, or the count; where `start` is beyond that, `start`.
    @inlinable @inline(__always)
    package func firstQuoteOrBackslash(from start: Int) -> Int {
        var offset = start
        let raw = bytes
        while offset &+ 8 <= count {
            // Safety: eight bytes from offset on lie inside the span.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self
            ).littleEndian
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            // A borrow can only raise flags above the first true one, and only the first is used.
            let flags =
                (((quote &- 0x0101_0101_0101_0101) & ~quote)
                    | ((backslash &- 0x0101_0101_0101_0101) & ~backslash)) & 0x8080_8080_8080_8080
            if flags != 0 { return offset &+ flags.trailingZeroBitCount >> 3 }
            offset &+= 8
        }
        while offset < count, self[offset] != 0x22, self[offset] != 0x5C { offset &+= 1 }
        return offset
    }

    /// The offset where the value of a member begins, when its name's closing quote stands before `offset`; nil when no colon follows.
    package func memberValue(after offset: Int) -> Int? {
        var position = offset
        while position < count, isBlank(self[position]) { position &+= 1 }
        guard position < count, self[position] == Byte.colon else { return nil }
        position &+= 1
        while position < count, isBlank(self[position]) { position &+= 1 }
        return position < count ? position : nil
    }

    /// The last offset where `text` stands, nil if it is nowhere.
    package func lastOffset(of text: StaticString) -> Int? {
        // Two bytes are looked for in blocks; where both stand, the rest is compared.
        guard text.utf8CodeUnitCount >= 2, count >= text.utf8CodeUnitCount else { return nil }
        let letters = text.withUTF8Buffer { ($0[0], $0[1]) }
        let first = SIMD16(repeating: letters.0)
        let second = SIMD16(repeating: letters.1)
        let raw = bytes
        var end = count &- text.utf8CodeUnitCount &+ 1
        while end >= 16 {
            let start = end &- 16
            // Safety: seventeen bytes from start on lie inside the span, as the text has at least two.
            let here = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: start, as: SIMD16<UInt8>.self)
            let following = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: start &+ 1, as: SIMD16<UInt8>.self)
            let isCandidate = (here .== first) .& (following .== second)
            if MemberSearch.position(of: isCandidate) != nil,
                let offset = lastOffset(of: text, in: start..<end)
            {
                return offset
            }
            end = start
        }
        return lastOffset(of: text, in: 0..<end)
    }

    private func lastOffset(of text: StaticString, in range: Range<Int>) -> Int? {
        var offset = range.upperBound
        while offset > range.lowerBound {
            offset &-= 1
            if has(text, at: offset) { return offset }
        }
        return nil
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        Byte.isBlank(byte) || byte == Byte.lineFeed || byte == Byte.carriageReturn
    }
}
