import CSluiceJSON
import SluiceTestSupport

@testable import SluiceJSON

/// JSON texts: what is accepted, what values say, and what edits leave as it was.
func checkJSON(_ input: [UInt8]) {
    // Behind a NUL, which no JSON has, stands what makes the edits differ.
    let text = Array(input.prefix { $0 != 0 })
    for depth in [3, 128] { compare(text, maximumDepth: depth) }
    guard let document = try? JSONDocument(parsing: text) else { return }
    checkLimit(of: document)
    for value in allValues(of: document) { checkValue(value) }
    var generator = SeededGenerator(input)
    var edited = document
    for _ in 0..<6 { checkEdit(of: &edited, using: &generator) }
    property("Edits of a copy leave the document as it was.", document.bytes, text)
}

private func compare(_ text: [UInt8], maximumDepth: Int) {
    let plain = PlainJSON(text, maximumDepth: maximumDepth)
    let document = try? withExactCopy(of: text[...]) { span in
        Result { () throws(JSONError) in try JSONDocument(copying: span, maximumDepth: maximumDepth)
        }
    }.get()
    property("A text is accepted where the grammar says so.", document != nil, plain.values != nil)
    guard let document, let values = plain.values else { return }
    property(
        "Values stand where they are.", document.tape.map(PlainJSON.Value.init), values)
}

extension PlainJSON.Value {
    fileprivate init(_ entry: JSONEntry) {
        let kind: Kind =
            switch entry.publicKind {
            case .object: .object
            case .array: .array
            case .string: .string
            case .number: .number
            case .bool: .truth
            case .null: .null
            }
        self.init(kind: kind, start: Int(entry.start), end: Int(entry.end), next: entry.after)
    }
}

/// The index has no more entries than is allowed, and needs no more than it has.
private func checkLimit(of document: JSONDocument) {
    let count = document.tape.count
    let bytes = document.bytes
    property(
        "As many values as allowed are accepted.",
        (try? JSONDocument(parsing: bytes, maximumValues: count)) != nil)
    property(
        "One value more than allowed is refused.",
        (try? JSONDocument(parsing: bytes, maximumValues: count - 1)) == nil)
}

private func allValues(of document: JSONDocument) -> [JSONValue] {
    document.tape.indices.map { JSONValue(document: document, index: $0) }
}

private func checkValue(_ value: JSONValue) {
    let raw = Array(value.rawBytes)
    if value.kind == .string {
        let said = PlainJSON.text(of: raw.dropFirst().dropLast())
        property("A string says what its escapes say.", value.string, said)
        property("A string is known by what it says.", value.isString(said))
        if let plain = value.plainStringBytes {
            property("A string without escapes is its bytes.", Array(plain), Array(said.utf8))
        }
        var writer = JSONWriter()
        writer.string(said)
        property(
            "A string that is written says the same.",
            JSONDocument(written: writer.bytes).root.string, said)
    }
    if value.kind == .number {
        let spelled = String(decoding: raw, as: UTF8.self)
        if raw.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }) {
            property("A whole number is read exactly.", value.int, Int(spelled))
        }
        property(
            "A number is the nearest double.", value.double,
            Double(spelled).flatMap { $0.isFinite ? $0 : nil })
    }
    let alone = try? JSONDocument(parsing: raw)
    property("A value is a document of its own.", alone?.root.kind, value.kind)
}
