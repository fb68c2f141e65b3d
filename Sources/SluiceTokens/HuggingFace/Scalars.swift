/// Code points of valid UTF-8, and what Unicode says of them.
enum Scalars {
    static func first(in text: Text, from offset: Int) -> (scalar: Unicode.Scalar, end: Int)? {
        guard offset < text.count else { return nil }
        let first = UInt32(text[offset])
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard offset + length <= text.count else { return nil }
        var point = length == 1 ? first : first & (0x7F >> UInt32(length))
        for next in offset + 1..<offset + length { point = point << 6 | UInt32(text[next] & 0x3F) }
        return Unicode.Scalar(point).map { ($0, offset + length) }
    }

    static func last(in text: Text, before offset: Int) -> (scalar: Unicode.Scalar, start: Int)? {
        var start = offset - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        guard start >= 0 else { return nil }
        return first(in: text, from: start).map { ($0.scalar, start) }
    }

    static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    }

    /// Where white space begins that ends at `end`, or the limit, where that is in it.
    static func spaceStart(in text: Text, before end: Int, notBefore limit: Int = 0) -> Int {
        var start = max(end, limit)
        while start > limit, let (scalar, before) = last(in: text, before: start),
            scalar.properties.isWhitespace
        {
            start = before
        }
        return start
    }

    /// Where white space ends that begins at `start`.
    static func spaceEnd(in text: Text, from start: Int) -> Int {
        var end = start
        while let (scalar, after) = first(in: text, from: end), scalar.properties.isWhitespace {
            end = after
        }
        return end
    }

    /// `\w` of Unicode's Technical Standard 18.
    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        if properties.isAlphabetic || properties.isJoinControl { return true }
        return isMark(scalar)
            || [.decimalNumber, .connectorPunctuation].contains(properties.generalCategory)
    }

    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        [.nonspacingMark, .spacingMark, .enclosingMark].contains(
            scalar.properties.generalCategory)
    }

    /// Whether Unicode has had a code point since that version or before. The tables of Hugging Face's library are of
    /// different versions.
    static func isOf(_ version: Int, _ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.age.map { $0.major < version || $0 == (version, 0) } ?? false
    }

    /// A mark of Unicode 9, which had other categories for three of them.
    static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
        if (0x1CF2...0x1CF3).contains(scalar.value) { return true }
        return isMark(scalar) && isOf(9, scalar) && scalar.value != 0x111C9
    }

    static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
        [.decimalNumber, .letterNumber, .otherNumber].contains(scalar.properties.generalCategory)
    }

    /// A mark of ASCII, or of the categories of punctuation in Unicode 8, which had two more.
    static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
        case 0..<0x80: return false
        case 0x166D, 0x111C9: return true
        default: guard isOf(8, scalar) else { return false }
        }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }
}
