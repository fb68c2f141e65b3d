/// Finds the strings of a JSON text that begin with one of a few letters, sixteen bytes at a time and without parsing.
///
/// A quote inside a string is escaped, so the letters it finds stand at the beginning of a string or, rarely, behind the end of one.
package struct MemberSearch: Sendable {
    private let letters: [SIMD16<UInt8>]
    private static let quotes = SIMD16<UInt8>(repeating: 0x22)

    /// - Parameter initials: the letters looked for, at most four; each one more costs time on every byte.
    package init(_ initials: StaticString) {
        letters = initials.withUTF8Buffer { buffer in
            // Safety: the buffer is a constant of the program and is read during the call.
            unsafe buffer.map { SIMD16(repeating: $0) }
        }
    }

    /// The offset behind the next quote that one of the letters follows, at or after `start`.
    package func next(in bytes: Span<UInt8>, from start: Int) -> Int? {
        let raw = bytes.bytes
        var offset = start
        while offset &+ 17 <= bytes.count {
            // Safety: seventeen bytes from offset on lie inside the span.
            let here = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self)
            let following = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset &+ 1, as: SIMD16<UInt8>.self)
            var isLetter = SIMDMask<SIMD16<Int8>>(repeating: false)
            for letter in letters { isLetter .|= following .== letter }
            if let position = Self.first(isLetter .& (here .== Self.quotes)) {
                return offset &+ position &+ 1
            }
            offset &+= 16
        }
        return tail(bytes, from: offset)
    }

    private func tail(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var offset = start
        while offset &+ 1 < bytes.count {
            if bytes[offset] == 0x22, letters.contains(where: { $0[0] == bytes[offset &+ 1] }) {
                return offset &+ 1
            }
            offset &+= 1
        }
        return nil
    }

    @inline(__always)
    private static func first(_ mask: SIMDMask<SIMD16<Int8>>) -> Int? {
        let bytes = SIMD16<UInt8>(repeating: 0).replacing(with: 0xFF, where: mask)
        // Safety: both types are sixteen plain bytes.
        let words = unsafe unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
        if words[0] != 0 { return words[0].littleEndian.trailingZeroBitCount >> 3 }
        if words[1] != 0 { return 8 &+ words[1].littleEndian.trailingZeroBitCount >> 3 }
        return nil
    }
}

extension Span<UInt8> {
    /// Whether `text` stands at `offset`; false if fewer bytes are left.
    package func hasText(_ text: StaticString, at offset: Int) -> Bool {
        has(text, at: offset)
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
        var offset = count &- text.utf8CodeUnitCount
        while offset >= 0 {
            if has(text, at: offset) { return offset }
            offset &-= 1
        }
        return nil
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        Byte.isBlank(byte) || byte == Byte.lineFeed || byte == Byte.carriageReturn
    }
}
