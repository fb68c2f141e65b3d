internal import CSluiceJSON

/// Walking by places: nothing is retained, copied or allocated on the way, but for strings with escapes.
extension JSONDocument {
    /// The place of the outermost value.
    package static var rootPlace: JSONPlace { JSONPlace(index: 0) }

    /// What stands at a place.
    package func kind(at place: JSONPlace) -> JSONKind { tape[place.index].publicKind }

    /// Calls with each member of an object in the order of the text, names decoded; not at all for other kinds.
    package func forEachMember(
        at place: JSONPlace, _ body: (_ name: Span<UInt8>, _ value: JSONPlace) -> Void
    ) {
        let entries = tape.span
        let text = bytes.span
        guard entries[place.index].isObject else { return }
        let end = entries[place.index].after
        var index = place.index &+ 1
        while index < end {
            let name = entries[index]
            let value = JSONPlace(index: index &+ 1)
            if name.hasEscapes {
                body(decodedBytes(of: name).span, value)
            } else {
                body(text.extracting(name.inside), value)
            }
            index = entries[index &+ 1].after
        }
    }

    /// Calls with each element of an array; not at all for other kinds.
    package func forEachElement(at place: JSONPlace, _ body: (JSONPlace) -> Void) {
        let entries = tape.span
        guard entries[place.index].isArray else { return }
        let end = entries[place.index].after
        var index = place.index &+ 1
        while index < end {
            body(JSONPlace(index: index))
            index = entries[index].after
        }
    }

    /// The place of a member's value; of a repeated name the last counts.
    package func place(_ name: String, in object: JSONPlace) -> JSONPlace? {
        member(name, of: object.index).map { JSONPlace(index: $0 + 1) }
    }

    /// Calls with the text of a string, its escapes decoded.
    ///
    /// - Returns: nil, without a call, for other kinds.
    package func withText<Result>(
        at place: JSONPlace, _ body: (Span<UInt8>) -> Result
    ) -> Result? {
        let entry = tape[place.index]
        guard entry.isString else { return nil }
        if entry.hasEscapes { return body(decodedBytes(of: entry).span) }
        let text = bytes.span
        return body(text.extracting(entry.inside))
    }

    /// Calls with a value as it is spelled.
    package func withSpelling<Result>(
        at place: JSONPlace, _ body: (Span<UInt8>) -> Result
    ) -> Result {
        let range = tape[place.index].range
        let text = bytes.span
        return body(text.extracting(range))
    }

    /// How many bytes a value is long as it is spelled.
    package func length(at place: JSONPlace) -> Int { tape[place.index].range.count }

    /// Whether a string says `text`.
    package func isString(_ text: String, at place: JSONPlace) -> Bool {
        tape[place.index].isString && matches(place.index, text)
    }
}
