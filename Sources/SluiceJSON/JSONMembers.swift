internal import CSluiceJSON

extension JSONValue {
    /// Calls with each member of an object in the order of the text, its name decoded but no `String` made of it; not at all for other kinds.
    package func forEachMember(_ body: (_ name: Span<UInt8>, _ value: JSONValue) -> Void) {
        let text = document.bytes.span
        document.forEachMember(of: index) { index in
            let name = document.tape[index]
            let value = JSONValue(document: document, index: index + 1)
            if name.hasEscapes {
                body(document.decodedBytes(of: name).span, value)
            } else {
                body(text.extracting(name.inside), value)
            }
        }
    }
}

/// The members of an object, decoded one by one as they are asked for.
public struct JSONMembers: Sequence, Sendable {
    let value: JSONValue

    /// Starts at the first member.
    public func makeIterator() -> Iterator {
        Iterator(
            document: value.document, index: value.index + 1,
            end: value.isObject ? value.entry.after : 0)
    }

    /// Walks over the members in the order of the text.
    public struct Iterator: IteratorProtocol, Sendable {
        let document: JSONDocument
        var index: Int
        let end: Int

        /// The next member, its name decoded.
        public mutating func next() -> (key: String, value: JSONValue)? {
            guard index < end else { return nil }
            let name = JSONValue(document: document, index: index)
            let value = JSONValue(document: document, index: index + 1)
            index = value.entry.after
            return (name.string ?? "", value)
        }
    }
}
