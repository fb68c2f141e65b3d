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
        forEachMember(of: object) { if matches($0, name) { found = $0 } }
        return found
    }

    /// The tape indexes of all names in an object that equal `name`.
    func members(_ name: String, of object: Int) -> [Int] {
        var found: [Int] = []
        forEachMember(of: object) { if matches($0, name) { found.append($0) } }
        return found
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
        let entry = tape[index]
        guard !entry.isEscaped else { return decodedBytes(of: entry).elementsEqual(text.utf8) }
        let inside = entry.inside
        guard text.utf8.count == inside.count else { return false }
        let wanted = text.utf8.span
        let present = bytes.span
        for offset in 0..<inside.count
        where wanted[offset] != present[inside.lowerBound + offset] { return false }
        return true
    }
}
