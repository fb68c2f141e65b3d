internal import CSluiceJSON

/// Where a value stands in its document until the next edit. Unlike ``JSONValue`` it does not hold on to the document, so it costs nothing.
package struct JSONPlace: Sendable {
    let index: Int
}

extension JSONDocument {
    /// Calls with each member of the outermost object in the order of the text, names decoded.
    ///
    /// - Returns: false, without a call, when the root is no object.
    package func forEachRootMember(_ body: (_ name: Span<UInt8>, _ value: JSONPlace) -> Void)
        -> Bool
    {
        guard tape[0].isObject else { return false }
        forEachMember(at: Self.rootPlace, body)
        return true
    }

    /// The value at a place.
    package func value(at place: JSONPlace) -> JSONValue {
        JSONValue(document: self, index: place.index)
    }

    /// The text of a string; nil for other kinds.
    package func string(at place: JSONPlace) -> String? {
        let entry = tape[place.index]
        return entry.isString ? text(of: entry) : nil
    }
}
