extension HeaderFields {
    /// Appends every field as `name: value` and a line end.
    public func writeFields(into out: inout [UInt8]) {
        out.append(addingCapacity: arena.count) { writeFields(into: &$0) }
    }

    /// Appends every field to room of at least ``roomNeeded`` bytes.
    package func writeFields(into out: inout OutputSpan<UInt8>) {
        let span = arena.span
        var cursor = Cursor(self)
        while let entry = cursor.next(span) { out.append(copying: span.extracting(entry.line)) }
    }

    /// Appends the fields of whose names `others` has none, to room of at least ``roomNeeded`` bytes.
    ///
    /// So what we say ourselves is never said a second time by what is passed on.
    package func writeFields(unlessIn others: HeaderFields, into out: inout OutputSpan<UInt8>) {
        let span = arena.span
        var cursor = Cursor(self)
        while let entry = cursor.next(span) {
            if !others.has(nameOf: entry, in: self) {
                out.append(copying: span.extracting(entry.line))
            }
        }
    }

    /// Room that is enough to write the fields, whichever of them.
    package var roomNeeded: Int { arena.count }

    func has(nameOf other: Entry, in fields: HeaderFields) -> Bool {
        guard known >> UInt64(other.code) & 1 == 1 else { return false }
        guard other.code == KnownName.other.rawValue else { return true }
        let (mine, name) = (arena.span, fields.arena.span.extracting(other.name))
        var cursor = Cursor(self)
        while let entry = cursor.next(mine) {
            if entry.nameLength == other.nameLength, mine.holds(name, at: entry.start) {
                return true
            }
        }
        return false
    }

    /// The fields that a policy lets pass. They share their bytes with these.
    public func filtered(by policy: HeaderPolicy) -> HeaderFields {
        guard total <= Self.hideable else { return keeping(policy) }
        let named = namedByConnection()
        let span = arena.span
        var (cursor, shown, names) = (Cursor(self), UInt64(0), UInt64(0))
        while let entry = cursor.next(span) {
            guard passes(entry, policy, named) else { continue }
            shown |= 1 &<< UInt64(cursor.index &- 1)
            names |= 1 &<< UInt64(entry.code)
        }
        guard shown != 0 else { return HeaderFields() }
        var passing = self
        passing.known = names
        passing.hidden = ~shown & ((1 << UInt64(total)) &- 1)
        return passing
    }

    private func keeping(_ policy: HeaderPolicy) -> HeaderFields {
        let named = namedByConnection()
        return keeping { passes($0, policy, named) }
    }

    @inline(__always)
    private func passes(_ entry: Entry, _ policy: HeaderPolicy, _ named: [HeaderName]?) -> Bool {
        guard policy.allows(entry, in: arena.span) else { return false }
        guard let named else { return true }
        return !named.contains { isNamed(entry, $0) }
    }

    /// What the message itself calls hop-by-hop (RFC 9110 section 7.6.1). Almost always nil, as
    /// `close` and `keep-alive` are no fields that a policy lets pass.
    private func namedByConnection() -> [HeaderName]? {
        guard known & KnownName.connection.bit != 0 else { return nil }
        var names: [HeaderName]?
        var cursor = Cursor(self)
        let span = arena.span
        while let entry = cursor.next(span) {
            guard entry.code == KnownName.connection.rawValue,
                !span.matches(entry.value, ignoringCase: "keep-alive"),
                !span.matches(entry.value, ignoringCase: "close")
            else { continue }
            for part in arena[entry.value].split(separator: Byte.comma) {
                let name = HeaderName(String(decoding: Self.trimmed(part), as: UTF8.self))
                names = (names ?? []) + [name]
            }
        }
        return names
    }
}
