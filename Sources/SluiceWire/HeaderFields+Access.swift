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
        shown.filter { isNamed($0, name) }.map { text($0.value) }
    }

    /// Lends each value of a name in order, without a copy.
    public func forEachValue(of name: HeaderName, _ use: (Span<UInt8>) -> Void) {
        guard known & name.known.bit != 0 else { return }
        var cursor = Cursor(self)
        while let entry = cursor.next(arena.span) {
            if isNamed(entry, name) { use(arena.span.extracting(entry.value)) }
        }
    }

    /// The bytes of the first value of a name, without a copy.
    public func bytes(of name: HeaderName) -> ArraySlice<UInt8>? {
        firstEntry(name).map { arena[$0.value] }
    }

    /// Whether the first value of a name begins with a text, without regard to case. Nothing is copied or retained.
    ///
    /// - Parameters:
    ///   - name: the field's name.
    ///   - text: the beginning, in lower case, of bytes that have the bit 0x20, as letters, digits and punctuation of media types do.
    public func has(_ name: HeaderName, startingWith text: StaticString) -> Bool {
        guard let value = firstEntry(name)?.value else { return false }
        let length = text.utf8CodeUnitCount
        return value.count >= length
            && arena.span.matches(
                value.lowerBound..<value.lowerBound + length, ignoringCase: text)
    }

    /// How many fields have a name.
    public func count(of name: HeaderName) -> Int {
        var (cursor, number) = (Cursor(self), 0)
        while let entry = cursor.next(arena.span) {
            if isNamed(entry, name) { number += 1 }
        }
        return number
    }

    /// Whether a name is there.
    public func contains(_ name: HeaderName) -> Bool {
        guard known & name.known.bit != 0 else { return false }
        return name.known != .other || firstEntry(name) != nil
    }

    func firstEntry(_ name: HeaderName) -> Entry? {
        guard known & name.known.bit != 0 else { return nil }
        var cursor = Cursor(self)
        while let entry = cursor.next(arena.span) {
            if isNamed(entry, name) { return entry }
        }
        return nil
    }

    /// Adds a field at the end. See the subscript for what happens to bytes that are not allowed.
    public mutating func append(_ name: HeaderName, _ value: String) {
        guard name.isValid else { return }
        let value = value.utf8.span
        name.withBytes { spelling in
            let word = Entry.word(
                name.known, nameLength: spelling.count, hasUnderscore: name.hasUnderscore,
                valueLength: value.count)
            arena.append(addingCapacity: Entry.size + spelling.count + value.count + 4) { out in
                out.append(word: word)
                MessageWriter.field(spelling, value, into: &out)
            }
        }
        total += 1
        known |= name.known.bit
    }

    /// Writes other bytes over the first value of a name, which has as many.
    mutating func overwrite(_ name: HeaderName, with value: Span<UInt8>) {
        guard let place = firstEntry(name)?.value, place.count == value.count else { return }
        var bytes = arena.mutableSpan
        for index in 0..<place.count { bytes[place.lowerBound + index] = value[index] }
    }

    /// Removes all fields of a name.
    public mutating func remove(_ name: HeaderName) {
        guard contains(name) else { return }
        hide { $0.isNamed($1, name) }
        if name.known != .other { known &= ~name.known.bit }
    }

    /// Puts other fields among these, in place of those of the same name.
    public mutating func replace(with others: HeaderFields) {
        guard !others.isEmpty else { return }
        if !isEmpty { hide { others.has(nameOf: $1, in: $0) } }
        var cursor = Cursor(others)
        arena.append(addingCapacity: others.arena.count) { out in
            while let entry = cursor.next(others.arena.span) {
                out.append(copying: others.arena.span.extracting(entry.whole))
            }
        }
        total += others.count
        known |= others.known
    }

    /// Whether a field of the name has the token among its comma-separated values, without regard
    /// to case, as `Connection: keep-alive, close` has `close`.
    public func has(_ name: HeaderName, token: String) -> Bool {
        let wanted = token.utf8.map(Byte.lowercase)
        return shown.contains { entry in
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

    /// Leaves out the fields of which `isHidden` is true.
    mutating func hide(_ isHidden: (HeaderFields, Entry) -> Bool) {
        guard total <= Self.hideable else {
            self = keeping { !isHidden(self, $0) }
            return
        }
        var (cursor, bits, names) = (Cursor(self), hidden, UInt64(0))
        while let entry = cursor.next(arena.span) {
            if isHidden(self, entry) {
                bits |= 1 &<< UInt64(cursor.index &- 1)
            } else {
                names |= 1 &<< UInt64(entry.code)
            }
        }
        (hidden, known) = (bits, names)
        if isEmpty { self = HeaderFields() }
    }

    /// A copy of the fields for which `isKept` is true, without the bytes of the others.
    func keeping(_ isKept: (Entry) -> Bool) -> HeaderFields {
        var kept = HeaderFields()
        var cursor = Cursor(self)
        while let entry = cursor.next(arena.span) {
            guard isKept(entry) else { continue }
            kept.arena.append(copying: arena.span.extracting(entry.whole))
            kept.total += 1
            kept.known |= 1 &<< UInt64(entry.code)
        }
        return kept
    }
}
