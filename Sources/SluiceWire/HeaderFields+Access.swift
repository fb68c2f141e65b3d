extension HeaderFields {
    /// The first value of a name, nil if there is none; what is not UTF-8 in it reads as U+FFFD.
    ///
    /// Setting a value replaces all fields of the name by one at the end; setting nil removes them.
    /// Control characters in the value become spaces (RFC 9110 section 5.5), and a name that is no
    /// token is ignored, so that no value can become a second header or a body.
    public subscript(name: HeaderName) -> String? {
        get { firstEntry(name).map { text($0.value) } }
        set {
            remove(name)
            if let newValue { append(name, newValue) }
        }
    }

    /// All values of a name, in order.
    public func values(of name: HeaderName) -> [String] {
        entries.filter { isNamed($0, name) }.map { text($0.value) }
    }

    /// The bytes of the first value of a name, without a copy.
    public func bytes(of name: HeaderName) -> ArraySlice<UInt8>? {
        firstEntry(name).map { arena[$0.value] }
    }

    /// How many fields have a name.
    public func count(of name: HeaderName) -> Int {
        entries.count { isNamed($0, name) }
    }

    /// Whether a name is there.
    public func contains(_ name: HeaderName) -> Bool {
        firstEntry(name) != nil
    }

    private func firstEntry(_ name: HeaderName) -> Entry? {
        let (entries, hash) = (entries.span, name.hash)
        for index in entries.indices where entries[index].hash == hash {
            let entry = entries[index]
            if isNamed(entry, name) { return entry }
        }
        return nil
    }

    /// Adds a field at the end. See the subscript for what happens to bytes that are not allowed.
    public mutating func append(_ name: HeaderName, _ value: String) {
        guard name.isValid else { return }
        let start = arena.count
        let value = value.utf8.span
        MessageWriter.field(name.bytes.span, value, into: &arena)
        entries.append(
            Entry(
                start: UInt32(start), valueLength: UInt32(value.count), hash: name.hash,
                nameLength: UInt16(name.bytes.count), hasUnderscore: name.hasUnderscore))
    }

    /// Removes all fields of a name.
    public mutating func remove(_ name: HeaderName) {
        guard contains(name) else { return }
        self = keeping { !isNamed($0, name) }
    }

    /// Whether a field of the name has the token among its comma-separated values, without regard
    /// to case, as `Connection: keep-alive, close` has `close`.
    public func has(_ name: HeaderName, token: String) -> Bool {
        let wanted = token.utf8.map(Byte.lowercase)
        return entries.contains { entry in
            isNamed(entry, name)
                && arena[entry.value].split(separator: Byte.comma).contains { part in
                    Self.trimmed(part).lazy.map(Byte.lowercase).elementsEqual(wanted)
                }
        }
    }

    static func trimmed(_ part: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let front = part.drop(while: Byte.isBlank)
        let end = front.lastIndex { !Byte.isBlank($0) }
        return end.map { front[...$0] } ?? []
    }

    func keeping(_ isKept: (Entry) -> Bool) -> HeaderFields {
        var kept = HeaderFields()
        kept.reserve(bytes: arena.count, fields: entries.count)
        var run = 0..<0
        for entry in entries where isKept(entry) {
            var moved = entry
            let line = entry.line
            moved.start = UInt32(kept.arena.count + run.count)
            kept.entries.append(moved)
            extend(&run, by: line, into: &kept.arena)
        }
        kept.arena.append(copying: arena.span.extracting(run))
        return kept
    }

    /// Lines that stand side by side are copied together: a line that does not follow the run before begins a new one.
    func extend(_ run: inout Range<Int>, by line: Range<Int>, into out: inout [UInt8]) {
        if line.lowerBound == run.upperBound {
            run = run.lowerBound..<line.upperBound
        } else {
            out.append(copying: arena.span.extracting(run))
            run = line
        }
    }
}
