extension HeaderFields {
    /// The first value of a name, nil if there is none; what is not UTF-8 in it reads as U+FFFD.
    ///
    /// Setting a value replaces all fields of the name by one at the end; setting nil removes them.
    /// Control characters in the value become spaces (RFC 9110 section 5.5), and a name that is no
    /// token is ignored, so that no value can become a second header or a body.
    public subscript(name: HeaderName) -> String? {
        get { entries.first { isNamed($0, name) }.map { text($0.value) } }
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
        entries.first { isNamed($0, name) }.map { arena[$0.value] }
    }

    /// How many fields have a name.
    public func count(of name: HeaderName) -> Int {
        entries.count { isNamed($0, name) }
    }

    /// Whether a name is there.
    public func contains(_ name: HeaderName) -> Bool {
        entries.contains { isNamed($0, name) }
    }

    /// Adds a field at the end. See the subscript for what happens to bytes that are not allowed.
    public mutating func append(_ name: HeaderName, _ value: String) {
        guard name.isValid else { return }
        let start = arena.count
        arena.append(contentsOf: name.bytes)
        arena.append(Byte.colon)
        arena.append(Byte.space)
        let valueStart = arena.count
        MessageWriter.value(value, into: &arena)
        entries.append(
            Entry(
                start: UInt32(start), valueLength: UInt32(arena.count - valueStart),
                hash: name.hash, nameLength: UInt16(name.bytes.count),
                hasUnderscore: name.bytes.contains(Byte.underscore)))
        MessageWriter.lineEnd(into: &arena)
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
        for entry in entries where isKept(entry) {
            var moved = entry
            moved.start = UInt32(kept.arena.count)
            kept.arena.append(contentsOf: arena[entry.line])
            kept.entries.append(moved)
        }
        return kept
    }
}
