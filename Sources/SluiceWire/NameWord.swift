/// Eight bytes of a header line, looked at together: how many at its front are letters and hyphens, as nearly all bytes
/// of names are, and how they are spelled in lower case.
struct NameWord {
    /// How many bytes at the front are letters or hyphens.
    let length: Int
    /// The bytes, those at the front in lower case and the others as they were.
    let lowercase: UInt64

    /// - Parameter word: the bytes, the first of them lowest.
    @inline(__always)
    init(_ word: UInt64) {
        let high: UInt64 = 0x8080_8080_8080_8080
        // No sum leaves its byte, since both parts of it are below 0x80.
        let folded = (word & ~high) | 0x2020_2020_2020_2020
        let letters =
            (folded &+ 0x1F1F_1F1F_1F1F_1F1F) & ~(folded &+ 0x0505_0505_0505_0505) & ~word & high
        let difference = word ^ 0x2D2D_2D2D_2D2D_2D2D
        let hyphens = ~(((difference & ~high) &+ ~high) | difference) & high
        let others = ~(letters | hyphens) & high
        guard others != 0 else {
            length = 8
            lowercase = word | letters >> 2
            return
        }
        // Everything below the first other byte's flag; letters behind it may belong to a value.
        let front = others &- 1 & ~others
        length = others.trailingZeroBitCount >> 3
        lowercase = word | (letters & front) >> 2
    }
}

extension Span<UInt8> {
    /// Whether the bytes are a token (RFC 9110 section 5.6.2).
    var isToken: Bool {
        let raw = bytes
        var offset = 0
        while offset < count {
            if offset &+ 8 <= count {
                // Safety: eight bytes from offset on lie inside the span.
                let word = unsafe raw.unsafeLoadUnaligned(
                    fromUncheckedByteOffset: offset, as: UInt64.self)
                offset &+= NameWord(word.littleEndian).length
                guard offset < count else { break }
            }
            guard Byte.isToken(self[offset]) else { return false }
            offset &+= 1
        }
        return count > 0
    }

    /// Whether `other` stands at `start`, where there are as many bytes.
    @inline(__always)
    func holds(_ other: Span<UInt8>, at start: Int) -> Bool {
        guard start &+ other.count <= count else { return false }
        let (mine, theirs) = (bytes, other.bytes)
        var offset = 0
        while offset &+ 8 <= other.count {
            // Safety: eight bytes from offset on lie inside both spans.
            let left = unsafe mine.unsafeLoadUnaligned(
                fromUncheckedByteOffset: start &+ offset, as: UInt64.self)
            let right = unsafe theirs.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            guard left == right else { return false }
            offset &+= 8
        }
        while offset < other.count {
            guard self[start &+ offset] == other[offset] else { return false }
            offset &+= 1
        }
        return true
    }
}
