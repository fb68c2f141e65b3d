/// Brings one header line into the form in which fields are kept.
enum FieldLine {
    /// Room for what a kept line has beside the bytes of the line: its word, two line ends, and a word that is looked at behind it.
    static var room: Int { HeaderFields.Entry.size + 4 + padding }
    private static var padding: Int { 8 }

    /// Copies a line with its line end, puts its name in lower case and the word of its entry before it.
    ///
    /// - Returns: nil if the name has an underscore and such are dropped; then nothing was appended.
    @inline(__always)
    static func copy(
        _ bytes: Span<UInt8>, _ line: Range<Int>, dropsUnderscores: Bool,
        into out: inout OutputSpan<UInt8>
    ) throws(Refusal) -> TakenField? {
        let begin = out.count
        out.append(word: 0)
        out.append(copying: bytes.extracting(line.lowerBound..<line.upperBound &+ 2))
        // So that eight bytes can be looked at from each of the name's.
        out.append(word: 0)
        let start = begin &+ HeaderFields.Entry.size
        let name = lowercaseName(from: start, in: &out)
        let colon = line.lowerBound &+ name.length
        try check(name, bytes, line)
        if dropsUnderscores, name.hasUnderscore {
            out.removeLast(out.count &- begin)
            return nil
        }
        out.removeLast(padding)
        var value = colon &+ 2..<max(colon &+ 2, line.upperBound)
        // Nearly all lines are spelled as they are kept, but for capitals in the name.
        let isUsual =
            !value.isEmpty && bytes[colon &+ 1] == Byte.space && bytes[colon &+ 2] > Byte.space
            && bytes[line.upperBound &- 1] > Byte.space
        if !isUsual {
            value = bytes.trimmed(colon &+ 1..<line.upperBound)
            out.removeLast(out.count &- start &- name.length &- 1)
            out.append(Byte.space)
            out.append(copying: bytes.extracting(value))
            out.appendLineEnd()
        }
        let known = KnownName(out.span.extracting(start..<start &+ name.length))
        var span = out.mutableSpan
        var raw = span.mutableBytes
        raw.storeBytes(
            of: HeaderFields.Entry.word(
                known, nameLength: name.length, hasUnderscore: name.hasUnderscore,
                valueLength: value.count),
            toByteOffset: begin, as: UInt64.self)
        return TakenField(known: known, value: value)
    }

    /// What one pass over a line's name finds out.
    private struct Name {
        var length: Int
        var hasUnderscore: Bool
    }

    /// Puts the token at an offset in lower case. A line has bytes behind its name that no token has.
    @inline(__always)
    private static func lowercaseName(
        from start: Int, in out: inout OutputSpan<UInt8>
    ) -> Name {
        var (end, hasUnderscore) = (start, false)
        var span = out.mutableSpan
        var raw = span.mutableBytes
        while end &+ 8 <= raw.byteCount {
            // Safety: eight bytes from the end on lie inside the span.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: end, as: UInt64.self)
            let part = NameWord(word.littleEndian)
            unsafe raw.storeBytes(
                of: part.lowercase.littleEndian, toUncheckedByteOffset: end, as: UInt64.self)
            end &+= part.length
            if part.length == 8 { continue }
            let byte = unsafe raw.unsafeLoad(fromUncheckedByteOffset: end, as: UInt8.self)
            guard Byte.isToken(byte) else { break }
            if byte == Byte.underscore { hasUnderscore = true }
            end &+= 1
        }
        return Name(length: end &- start, hasUnderscore: hasUnderscore)
    }

    @inline(__always)
    private static func check(
        _ name: Name, _ bytes: Span<UInt8>, _ line: Range<Int>
    ) throws(Refusal) {
        let colon = line.lowerBound &+ name.length
        guard name.length > 0, name.length <= Int(UInt16.max), colon < line.upperBound,
            bytes[colon] == Byte.colon
        else {
            let isFolded = name.length == 0 && !line.isEmpty && Byte.isBlank(bytes[colon])
            throw Refusal(isFolded ? .foldedLine : .fieldName)
        }
    }
}
