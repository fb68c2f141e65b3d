internal import CSluiceJSON

/// The elements of an array.
public struct JSONElements: Sequence, Sendable {
    let value: JSONValue

    /// Starts at the first element.
    public func makeIterator() -> Iterator {
        Iterator(
            document: value.document, index: value.index + 1,
            end: value.isArray ? value.entry.after : 0)
    }

    /// Walks over the elements.
    public struct Iterator: IteratorProtocol, Sendable {
        let document: JSONDocument
        var index: Int
        let end: Int

        /// The next element.
        public mutating func next() -> JSONValue? {
            guard index < end else { return nil }
            let value = JSONValue(document: document, index: index)
            index = value.entry.after
            return value
        }
    }
}
