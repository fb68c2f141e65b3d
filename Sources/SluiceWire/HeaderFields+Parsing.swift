extension HeaderFields {
    /// Makes room beforehand.
    mutating func reserve(bytes: Int, fields: Int) {
        arena.reserveCapacity(bytes + fields * Entry.size)
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
    ) throws(Refusal) -> TakenField? {
        var taken: TakenField?
        let room = line.count &+ FieldLine.room
        try arena.append(addingCapacity: room) { (out: inout OutputSpan<UInt8>) throws(Refusal) in
            taken = try FieldLine.copy(
                bytes, line, dropsUnderscores: dropsUnderscores, into: &out)
        }
        guard let taken else { return nil }
        total &+= 1
        known |= taken.known.bit
        return taken
    }
}

/// A field that was just taken: its name, and where its value stands in the head.
struct TakenField {
    var known: KnownName
    var value: Range<Int>
}
