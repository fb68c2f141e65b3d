internal import CSluiceJSON

/// Edits by tape index.
extension JSONDocument {
    /// Whether a view was taken from the text as it is now. Views share the text, so this compares
    /// addresses.
    func isCurrent(_ value: JSONValue) -> Bool {
        value.document.bytes.span.isIdentical(to: bytes.span)
    }

    mutating func replace(at index: Int, with literal: JSONLiteral) -> Bool {
        let fragment = JSONDocument(literal)
        let entry = tape[index]
        return apply(
            JSONSplice(
                text: entry.range, replacement: fragment.bytes, entries: index..<entry.after,
                newEntries: fragment.tape))
    }

    /// Adds a value at the end of an object (with a name) or array (without), before the white
    /// space that precedes the closing bracket.
    mutating func insert(_ literal: JSONLiteral, named name: String?, into container: Int) -> Bool {
        let end = tape[container].after
        let isEmpty = end == container + 1
        let position = isEmpty ? Int(tape[container].start) + 1 : Int(lastChildEnd(of: container))
        var text: [UInt8] = isEmpty ? [] : [UInt8(ascii: ",")]
        var entries = JSONTape()
        if let name {
            let start = text.count
            var writer = JSONWriter()
            writer.string(name)
            text.append(contentsOf: writer.bytes)
            entries.append(
                .name(
                    start: start, end: text.count, at: 0,
                    escaped: writer.bytes.contains(UInt8(ascii: "\\"))))
            text.append(UInt8(ascii: ":"))
        }
        let fragment = JSONDocument(literal)
        let named = entries.count
        for var entry in fragment.tape {
            entry.move(bytes: text.count, entries: named)
            entries.append(entry)
        }
        text.append(contentsOf: fragment.bytes)
        return apply(
            JSONSplice(
                text: position..<position, replacement: text, entries: end..<end,
                newEntries: entries))
    }

    /// Removes consecutive children, names included, with the comma before them or else the one
    /// behind.
    @discardableResult
    mutating func removeChildren(_ children: Range<Int>, of container: Int) -> Bool {
        let inside = container + 1..<tape[container].after
        var lower = Int(tape[children.lowerBound].start)
        var upper =
            children.upperBound < inside.upperBound ? Int(tape[children.upperBound].start) : 0
        if children.lowerBound > inside.lowerBound {
            lower = endOfText(before: lower)
            upper = upper == 0 ? lastChildEnd(of: container) : endOfText(before: upper)
        } else if upper == 0 {
            upper = lastChildEnd(of: container)
        }
        return apply(JSONSplice(text: lower..<upper, entries: children))
    }

    /// Removes members by the tape indexes of their names, in the order of the text.
    mutating func removeMembers(_ members: ArraySlice<Int>, of object: Int) -> Bool {
        guard let first = members.first else { return false }
        guard members.count > 1 else {
            return removeChildren(first..<tape[first + 1].after, of: object)
        }
        return removeAtOnce(members, of: object)
    }

    /// Removes members in one pass over the text. A client may repeat a name a million times; one
    /// splice for each would take time with the square of that.
    private mutating func removeAtOnce(_ members: ArraySlice<Int>, of object: Int) -> Bool {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var copied = 0
        var keepsOne = false
        var expected = object + 1
        for member in members {
            keepsOne = keepsOne || member > expected
            expected = tape[member + 1].after
            let start = Int(tape[member].start)
            text.append(contentsOf: bytes[copied..<(keepsOne ? endOfText(before: start) : start)])
            let isLast = expected == tape[object].after
            copied = Int(keepsOne || isLast ? tape[member + 1].end : tape[expected].start)
        }
        text.append(contentsOf: bytes[copied...])
        guard let tape = try? JSONTape(indexing: text, maximumDepth: Int(UInt32.max)) else {
            return false
        }
        self.tape = tape
        bytes = text
        return true
    }

    /// Where the last child of a container that has children ends.
    private func lastChildEnd(of container: Int) -> Int {
        var position = Int(tape[container].end) - 1
        while isSpace(bytes[position - 1]) { position -= 1 }
        return position
    }

    /// Where the child before the one at `position` ends: before the comma between them and the
    /// space around it.
    private func endOfText(before position: Int) -> Int {
        var position = position
        while isSpace(bytes[position - 1]) { position -= 1 }
        position -= 1
        while isSpace(bytes[position - 1]) { position -= 1 }
        return position
    }

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
