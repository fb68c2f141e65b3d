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
        // Nearly all lines are spelled as they are kept, but for capitals in the name.
        arena.append(addingCapacity: line.count + 4) { out in
            out.append(copying: bytes.extracting(line.lowerBound..<line.upperBound + 2))
        }
        let name = try takeName(start..<start + line.count)
        if dropsUnderscores, name.hasUnderscore {
            arena.removeSubrange(start...)
            return nil
        }
        let colon = line.lowerBound + name.length
        let value = bytes.trimmed(colon + 1..<line.upperBound)
        if value.lowerBound != colon + 2 || value.upperBound != line.upperBound
            || bytes[colon + 1] != Byte.space
        {
            arena.removeSubrange((start + name.length + 1)...)
            arena.append(addingCapacity: value.count + 3) { out in
                out.append(Byte.space)
                out.append(copying: bytes.extracting(value))
                out.appendLineEnd()
            }
        }
        let entry = Entry(
            start: UInt32(start), valueLength: UInt32(value.count),
            hash: arena.span.nameHash(start..<start + name.length),
            nameLength: UInt16(name.length), hasUnderscore: name.hasUnderscore)
        entries.append(entry)
        return entry
    }

    /// Checks the name of a line in the arena and puts it in lower case there.
    private mutating func takeName(_ line: Range<Int>) throws(Refusal) -> TakenName {
        var name = TakenName()
        var end = line.lowerBound
        var span = arena.mutableSpan
        while end < line.upperBound {
            if end &+ 8 <= span.count {
                var raw = span.mutableBytes
                // Safety: eight bytes from the end on lie inside the arena.
                let word = unsafe raw.unsafeLoadUnaligned(
                    fromUncheckedByteOffset: end, as: UInt64.self)
                let part = NameWord(word.littleEndian)
                raw.storeBytes(of: part.lowercase.littleEndian, toByteOffset: end, as: UInt64.self)
                end &+= part.length
                if part.length == 8 { continue }
            }
            // Never behind the line: its end is neither letter nor hyphen.
            let byte = span[end]
            guard Byte.isToken(byte) else { break }
            if byte == Byte.underscore { name.hasUnderscore = true }
            span[end] = Byte.lowercase(byte)
            end &+= 1
        }
        name.length = end - line.lowerBound
        guard name.length > 0, name.length <= Int(UInt16.max), end < line.upperBound,
            arena[end] == Byte.colon
        else {
            let isFolded = name.length == 0 && !line.isEmpty && Byte.isBlank(arena[end])
            throw Refusal(isFolded ? .foldedLine : .fieldName)
        }
        return name
    }
}

/// What one pass over a header line's name finds out.
private struct TakenName {
    var length = 0
    var hasUnderscore = false
}
