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
        let start = arena.count
        let name = try takeName(bytes, line)
        if dropsUnderscores, name.hasUnderscore {
            arena.removeSubrange(start...)
            return nil
        }
        let value = bytes.trimmed(line.lowerBound + name.length + 1..<line.upperBound)
        let colon = line.lowerBound + name.length
        if value.lowerBound == colon + 2, value.upperBound == line.upperBound,
            bytes[colon + 1] == Byte.space
        {
            // Nearly all lines are spelled as they are kept: the rest is one copy.
            arena.append(copying: bytes.extracting(colon..<line.upperBound + 2))
        } else {
            arena.append(Byte.colon)
            arena.append(Byte.space)
            arena.append(copying: bytes.extracting(value))
            MessageWriter.lineEnd(into: &arena)
        }
        let entry = Entry(
            start: UInt32(start), valueLength: UInt32(value.count), hash: name.hash,
            nameLength: UInt16(name.length), hasUnderscore: name.hasUnderscore)
        entries.append(entry)
        return entry
    }

    /// Copies the name in lower case, checks it and makes its hash, all in one pass.
    private mutating func takeName(
        _ bytes: Span<UInt8>, _ line: Range<Int>
    ) throws(Refusal) -> TakenName {
        var name = TakenName()
        var hash = NameHash()
        arena.append(addingCapacity: line.count + 4) { out in
            for index in line {
                // Safety: the line lies inside the bytes.
                let byte = unsafe bytes[unchecked: index]
                // Nearly all are letters, so they have the short way.
                let letter = byte | 0x20
                if letter &- 0x61 < 26 {
                    hash.add(letter)
                    out.append(letter)
                    continue
                }
                guard Byte.isToken(byte) else { break }
                if byte == Byte.underscore { name.hasUnderscore = true }
                hash.add(byte)
                out.append(byte)
            }
            name.length = out.count
        }
        let end = line.lowerBound + name.length
        guard name.length > 0, name.length <= Int(UInt16.max), end < line.upperBound,
            bytes[end] == Byte.colon
        else {
            let isFolded = name.length == 0 && !line.isEmpty && Byte.isBlank(bytes[end])
            throw Refusal(isFolded ? .foldedLine : .fieldName)
        }
        name.hash = hash.value
        return name
    }
}

/// What one pass over a header line's name finds out.
private struct TakenName {
    var length = 0
    var hash: UInt32 = 0
    var hasUnderscore = false
}
