extension HeaderFields {
    /// Makes room beforehand.
    mutating func reserve(bytes: Int, fields: Int) {
        arena.reserveCapacity(bytes)
        entries.reserveCapacity(fields)
    }

    /// Takes one header line over.
    ///
    /// - Parameters:
    ///   - bytes: the head.
    ///   - line: the line without its line end; the line end follows it in `bytes`, and the line
    ///     has no control characters but tabs.
    ///   - dropsUnderscores: leaves out names with an underscore, which some servers cannot tell
    ///     from those with a hyphen.
    /// - Returns: the field, nil if it was left out.
    mutating func take(
        _ bytes: Span<UInt8>, _ line: Range<Int>, dropsUnderscores: Bool
    ) throws(Refusal) -> Entry? {
        let shape = try NameShape(bytes, line)
        if dropsUnderscores, shape.hasUnderscore { return nil }
        let value = bytes.trimmed(shape.colon + 1..<line.upperBound)
        let start = arena.count
        if value.lowerBound == shape.colon + 2, value.upperBound == line.upperBound,
            bytes[shape.colon + 1] == Byte.space
        {
            arena.append(copying: bytes.extracting(line.lowerBound..<line.upperBound + 2))
        } else {
            arena.append(copying: bytes.extracting(line.lowerBound..<shape.colon + 1))
            arena.append(Byte.space)
            arena.append(copying: bytes.extracting(value))
            MessageWriter.lineEnd(into: &arena)
        }
        if shape.hasUppercase { lowercase(start..<start + (shape.colon - line.lowerBound)) }
        let entry = Entry(
            start: UInt32(start), valueLength: UInt32(value.count), hash: shape.hash,
            nameLength: UInt16(shape.colon - line.lowerBound))
        entries.append(entry)
        return entry
    }

    private mutating func lowercase(_ range: Range<Int>) {
        var bytes = arena.mutableSpan
        for index in range { bytes[index] = Byte.lowercase(bytes[index]) }
    }
}

/// What one pass over a header line's name finds out.
private struct NameShape {
    var colon: Int
    var hash: UInt32
    var hasUppercase = false
    var hasUnderscore = false

    init(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(Refusal) {
        var hash = NameHash()
        var offset = line.lowerBound
        while offset < line.upperBound {
            let byte = bytes[offset]
            guard Byte.isToken(byte) else { break }
            let lower = Byte.lowercase(byte)
            hasUppercase = hasUppercase || lower != byte
            hasUnderscore = hasUnderscore || byte == Byte.underscore
            hash.add(lower)
            offset += 1
        }
        let length = offset - line.lowerBound
        guard length > 0, length <= Int(UInt16.max), offset < line.upperBound,
            bytes[offset] == Byte.colon
        else {
            let isFolded = length == 0 && !line.isEmpty && Byte.isBlank(bytes[offset])
            throw Refusal(isFolded ? .foldedLine : .fieldName)
        }
        colon = offset
        self.hash = hash.value
    }
}
