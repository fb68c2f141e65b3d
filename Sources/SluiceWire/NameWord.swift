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

    /// The hash of a name in lower case, so that most comparisons end at one integer.
    ///
    /// Equal hashes are always followed by a comparison, so nobody gains by making names collide.
    @inline(__always)
    func nameHash(_ name: Range<Int>) -> UInt32 {
        let raw = bytes
        var hash = UInt64(name.count)
        var offset = name.lowerBound
        while offset &+ 8 <= name.upperBound {
            // Safety: eight bytes from offset on lie inside the name, which the caller took from the span.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            hash = (hash ^ word.littleEndian) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
            offset &+= 8
        }
        var rest: UInt64 = 0
        let left = name.upperBound &- offset
        if offset &+ 8 <= count {
            // Safety: as above; what stands behind the name is masked out.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            rest = word.littleEndian & ((1 &<< UInt64(left &* 8)) &- 1)
        } else {
            for index in 0..<left { rest |= UInt64(self[offset &+ index]) &<< UInt64(index &* 8) }
        }
        hash = (hash ^ rest) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: hash >> 32)
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
