internal import CSluiceJSON

extension JSONDocument {
    /// Calls with the tape index of each name in an object; the value follows its name. Nothing for
    /// other kinds.
    func forEachMember(of object: Int, _ body: (Int) -> Void) {
        guard tape[object].isObject else { return }
        let end = tape[object].after
        var index = object + 1
        while index < end {
            body(index)
            index = tape[index + 1].after
        }
    }

    /// The tape index of the last name in an object that equals `name`.
    func member(_ name: String, of object: Int) -> Int? {
        var found: Int?
        forEachMember(of: object, named: name) { found = $0 }
        return found
    }

    /// The tape indexes of all names in an object that equal `name`.
    func members(_ name: String, of object: Int) -> [Int] {
        var found: [Int] = []
        forEachMember(of: object, named: name) { found.append($0) }
        return found
    }

    /// Calls with the tape index of each name in an object that equals `name`.
    @inline(__always)
    func forEachMember(of object: Int, named name: String, _ body: (Int) -> Void) {
        let entries = tape.span
        let text = bytes.span
        let wanted = name.utf8.span
        guard entries[object].isObject else { return }
        let end = entries[object].after
        var index = object + 1
        while index < end {
            if says(entries[index], wanted, in: text) { body(index) }
            index = entries[index + 1].after
        }
    }

    /// The tape index of an array's element.
    func element(_ position: Int, of array: Int) -> Int? {
        guard position >= 0, tape[array].isArray else { return nil }
        let end = tape[array].after
        var index = array + 1
        for _ in 0..<position where index < end { index = tape[index].after }
        return index < end ? index : nil
    }

    /// The tape index of the value at a path.
    func index(at path: ArraySlice<String>) -> Int? {
        var index = 0
        for step in path {
            guard let next = child(step, of: index) else { return nil }
            index = next
        }
        return index
    }

    /// The tape index of a member's value, or of an array's element by decimal index.
    func child(_ step: String, of container: Int) -> Int? {
        if tape[container].isObject { return member(step, of: container).map { $0 + 1 } }
        return Int(step).flatMap { element($0, of: container) }
    }

    /// Whether the string at a tape index says `text`. Allocates only for a string with escapes.
    func matches(_ index: Int, _ text: String) -> Bool {
        says(tape[index], text.utf8.span, in: bytes.span)
    }

    /// Lengths are compared first: they tell most names apart.
    @inline(__always)
    private func says(
        _ string: JSONEntry, _ wanted: Span<UInt8>, in text: Span<UInt8>
    ) -> Bool {
        guard !string.hasEscapes else { return decodedBytes(of: string).span.says(wanted) }
        let start = Int(string.start) &+ 1
        guard Int(string.end) &- start &- 1 == wanted.count else { return false }
        return text.extracting(start..<start &+ wanted.count).says(wanted)
    }
}

extension Span<UInt8> {
    @inline(__always)
    fileprivate func says(_ wanted: Span<UInt8>) -> Bool {
        guard count == wanted.count else { return false }
        for offset in 0..<count where self[offset] != wanted[offset] { return false }
        return true
    }
}
