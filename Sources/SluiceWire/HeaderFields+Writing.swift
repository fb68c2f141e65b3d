extension HeaderFields {
    /// Appends every field as `name: value` and a line end.
    public func writeFields(into out: inout [UInt8]) {
        out.append(contentsOf: arena)
    }

    /// Appends the fields that a policy lets pass. No text is decoded and nothing else is allocated.
    public func writeFields(allowedBy policy: HeaderPolicy, into out: inout [UInt8]) {
        let named = namedByConnection()
        var run = 0..<0
        for entry in entries where passes(entry, policy, named) {
            extend(&run, by: entry.line, into: &out)
        }
        out.append(copying: arena.span.extracting(run))
    }

    /// Appends the fields that a policy lets pass and that `others` has none of the name of.
    ///
    /// So what we say ourselves is never said a second time by what is passed on.
    public func writeFields(
        allowedBy policy: HeaderPolicy, unlessIn others: HeaderFields, into out: inout [UInt8]
    ) {
        let named = namedByConnection()
        var run = 0..<0
        for entry in entries
        where passes(entry, policy, named) && !others.has(nameOf: entry, in: self) {
            extend(&run, by: entry.line, into: &out)
        }
        out.append(copying: arena.span.extracting(run))
    }

    private func has(nameOf other: Entry, in fields: HeaderFields) -> Bool {
        let (mine, theirs) = (arena.span, fields.arena.span)
        let name = theirs.extracting(other.name)
        for entry in entries
        where entry.hash == other.hash && entry.nameLength == other.nameLength
            && mine.holds(name, at: Int(entry.start))
        {
            return true
        }
        return false
    }

    /// The fields that a policy lets pass.
    public func filtered(by policy: HeaderPolicy) -> HeaderFields {
        let named = namedByConnection()
        return keeping { passes($0, policy, named) }
    }

    private func passes(_ entry: Entry, _ policy: HeaderPolicy, _ named: [HeaderName]) -> Bool {
        guard !entry.hasUnderscore,
            policy.allows(name: arena.span.extracting(entry.name), hash: entry.hash)
        else { return false }
        return named.isEmpty || !named.contains { isNamed(entry, $0) }
    }

    /// What the message itself calls hop-by-hop (RFC 9110 section 7.6.1). Almost always empty, as
    /// `close` and `keep-alive` are no fields that a policy lets pass.
    private func namedByConnection() -> [HeaderName] {
        var names: [HeaderName] = []
        for entry in entries where entry.nameLength == 10 && isNamed(entry, .connection) {
            let span = arena.span
            if span.matches(entry.value, ignoringCase: "keep-alive") { continue }
            if span.matches(entry.value, ignoringCase: "close") { continue }
            for part in arena[entry.value].split(separator: Byte.comma) {
                names.append(HeaderName(String(decoding: Self.trimmed(part), as: UTF8.self)))
            }
        }
        return names
    }
}
