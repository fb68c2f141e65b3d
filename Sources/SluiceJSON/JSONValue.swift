internal import CSluiceJSON

/// A view of one value in a document: cheap to copy, and valid for as long as it is kept.
///
/// It holds on to the text as it was when the view was taken. An edit made while a view is alive
/// therefore copies the text first; let views go before editing large documents.
public struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    var entry: JSONEntry { document.tape[index] }

    /// What the value is.
    public var kind: JSONKind { entry.publicKind }

    /// Whether the value is `null`.
    public var isNull: Bool { kind == .null }

    /// Whether the value is an object.
    public var isObject: Bool { entry.isObject }

    /// Whether the value is an array.
    public var isArray: Bool { entry.isArray }

    /// Where the value stands in the document's bytes, quotes and brackets included.
    public var range: Range<Int> { entry.range }

    /// The value as it is spelled in the document.
    public var rawBytes: ArraySlice<UInt8> { document.bytes[range] }

    /// The value of a member. Of a repeated name the last counts.
    ///
    /// - Parameter key: The name, compared after decoding escapes.
    public subscript(key: String) -> JSONValue? {
        document.member(key, of: index).map { JSONValue(document: document, index: $0 + 1) }
    }

    /// An element of an array, counted from 0. Walks over the elements before it.
    public subscript(position: Int) -> JSONValue? {
        document.element(position, of: index).map { JSONValue(document: document, index: $0) }
    }

    /// The members of an object in the order of the text, repeated names included; nothing for
    /// other kinds.
    public var members: JSONMembers { JSONMembers(value: self) }

    /// The elements of an array; nothing for other kinds.
    public var elements: JSONElements { JSONElements(value: self) }

    /// How many members or elements there are; 0 for other kinds. Walks over them.
    public var count: Int {
        var count = 0
        if isObject { document.forEachMember(of: index) { _ in count += 1 } }
        for _ in elements { count += 1 }
        return count
    }
}
