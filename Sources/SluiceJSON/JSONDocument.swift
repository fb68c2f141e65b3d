internal import CSluiceJSON

/// A JSON text that can be read in place and patched without touching anything else.
///
/// The text is checked and indexed once. Reading looks into the bytes as they came; an edit splices
/// bytes and moves the index along, so key order, number spelling, white space and unknown members
/// of everything else stay as they were. A document is a value: views and copies taken before an
/// edit keep the old text.
///
/// ```swift
/// var document = try JSONDocument(parsing: body)
/// let model = document.root["model"]?.string
/// document.set("model", to: "gpt-4.1")
/// send(document.bytes)
/// ```
///
/// Where an object repeats a name, reading takes the last member, as most parsers do. Callers that
/// must not be fooled by that ask ``duplicateMember(among:)``.
public struct JSONDocument: Sendable {
    /// The text as it is now.
    public internal(set) var bytes: [UInt8]

    /// The index of `bytes`. Never empty: entry 0 is the root.
    var tape: JSONTape

    /// Checks and indexes a text. The array is kept, not copied, when the caller gives it away.
    ///
    /// - Parameters:
    ///   - bytes: The text, in UTF-8 without a byte order mark.
    ///   - maximumDepth: How many brackets may be open at once.
    ///   - maximumValues: How many values the text may hold, where a member's name counts as one;
    ///     each costs 16 bytes of index.
    /// - Throws: ``JSONError`` when the text is not one JSON value by RFC 8259, or crosses a limit.
    public init(
        parsing bytes: [UInt8], maximumDepth: Int = 128, maximumValues: Int = 4 << 20
    ) throws(JSONError) {
        tape = try JSONTape(
            indexing: bytes, maximumDepth: maximumDepth, maximumValues: maximumValues)
        self.bytes = bytes
    }

    /// Checks and indexes a copy of some bytes, such as the data of one streamed event.
    ///
    /// - Parameters:
    ///   - bytes: The text, in UTF-8 without a byte order mark.
    ///   - maximumDepth: How many brackets may be open at once.
    /// - Throws: ``JSONError`` as ``init(parsing:maximumDepth:maximumValues:)`` does.
    public init(copying bytes: Span<UInt8>, maximumDepth: Int = 128) throws(JSONError) {
        // Safety: the pointer does not leave the closure.
        let copy = bytes.withUnsafeBufferPointer { Array($0) }
        try self.init(parsing: copy, maximumDepth: maximumDepth)
    }

    /// Checks and indexes a part of an array.
    ///
    /// - Parameters:
    ///   - bytes: The text, in UTF-8 without a byte order mark.
    ///   - maximumDepth: How many brackets may be open at once.
    /// - Throws: ``JSONError`` as ``init(parsing:maximumDepth:maximumValues:)`` does; the offset
    ///   counts from the beginning of the slice.
    public init(parsing bytes: ArraySlice<UInt8>, maximumDepth: Int = 128) throws(JSONError) {
        try self.init(parsing: Array(bytes), maximumDepth: maximumDepth)
    }

    /// Makes a document that we write ourselves. If what was written is not one value, the document
    /// is `null`.
    ///
    /// - Parameter build: Writes exactly one value.
    public init(_ build: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        build(&writer)
        self.init(written: writer.bytes)
    }

    /// Makes a document of a literal.
    public init(_ literal: JSONLiteral) {
        self.init { $0.value(literal) }
    }

    /// Indexes our own output, whose depth and size are our own affair.
    init(written text: [UInt8]) {
        if let tape = try? JSONTape(indexing: text, maximumDepth: Int(UInt32.max)) {
            bytes = text
            self.tape = tape
        } else {
            bytes = Array("null".utf8)
            tape = [
                JSONEntry(
                    start: 0, end: 4, next: 1, kind: UInt8(sluice_json_null.rawValue), flags: 0,
                    reserved: 0)
            ]
        }
    }

    /// The length of the text in bytes.
    public var count: Int { bytes.count }

    /// The outermost value.
    public var root: JSONValue { JSONValue(document: self, index: 0) }

    /// The value at a path of member names and, in arrays, decimal indexes.
    ///
    /// - Parameter path: An empty path is the root.
    /// - Returns: `nil` when the path leads nowhere.
    public func value(at path: [String]) -> JSONValue? {
        index(at: path[...]).map { JSONValue(document: self, index: $0) }
    }

    /// The first of some names that the outermost object has more than once. Names count as the
    /// same when they are equal after decoding, so `"mod\u0065l"` repeats `"model"`.
    ///
    /// - Parameter names: The names that must not be repeated.
    /// - Returns: `nil` when none is repeated, or the root is no object.
    public func duplicateMember(among names: [String]) -> String? {
        names.first { name in
            var seen = 0
            forEachMember(of: 0, named: name) { _ in seen += 1 }
            return seen > 1
        }
    }
}
