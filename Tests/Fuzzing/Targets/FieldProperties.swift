@testable import SluiceWire

/// Fields against the lines that they were read from.
func compareFields(_ headers: HeaderFields, _ fields: [PlainHead.Field]) {
    property(
        "The fields are what the lines say.", headers.pairs.map { "\($0.name): \($0.value)" },
        fields.map {
            "\(String(decoding: $0.name, as: UTF8.self)): \(String(decoding: $0.value, as: UTF8.self))"
        })
    var written: [UInt8] = []
    headers.writeFields(into: &written)
    property(
        "Fields are written byte for byte.", written,
        fields.flatMap { $0.name + [0x3A, 0x20] + $0.value + [0x0D, 0x0A] })
    for field in fields {
        let name = HeaderName(String(decoding: field.name, as: UTF8.self))
        let same = fields.filter { $0.name == field.name }
        property("A name is found as often as it was sent.", headers.count(of: name), same.count)
        property(
            "A name's first value is found.", headers.bytes(of: name).map { Array($0) },
            same.first?.value)
        property("A name that was sent is there.", headers.contains(name))
    }
}

/// What fields say about themselves, and what is left after they are changed.
func checkFields(_ headers: HeaderFields) {
    let policy = HeaderPolicy(exact: ["accept", "content-type", "a"], prefixes: ["x-", "open"])
    let passing = headers.filtered(by: policy)
    let names = HeaderName.connectionNames(in: headers)
    property(
        "A policy lets pass what it allows and the connection does not claim.",
        passing.pairs.map { "\($0)" },
        headers.pairs.filter { policy.allows(HeaderName($0.name)) && !names.contains($0.name) }.map
        { "\($0)" })
    var filtered: [UInt8] = []
    passing.writeFields(into: &filtered)
    property("As many bytes are written as are announced.", passing.byteCount, filtered.count)
    property("Fields equal themselves.", headers, headers)
    guard let first = headers.pairs.first else { return }
    let name = HeaderName(first.name)
    var changed = headers
    changed.remove(name)
    property(
        "Removing a name leaves the others.", changed.pairs.map { "\($0)" },
        headers.pairs.filter { $0.name != first.name }.map { "\($0)" })
    property("A name that was removed is gone.", !changed.contains(name) && changed[name] == nil)
    changed[name] = first.value
    property("A value that was set is read back.", changed[name], first.value)
    var replaced = headers
    replaced.replace(with: passing)
    let kept = Set(passing.pairs.map(\.name))
    var others: [UInt8] = []
    others.append(addingCapacity: headers.roomNeeded) {
        headers.writeFields(unlessIn: passing, into: &$0)
    }
    var left = headers
    for name in kept { left.remove(HeaderName(name)) }
    var written: [UInt8] = []
    left.writeFields(into: &written)
    property("Fields are written unless others have their names.", others, written)
    property(
        "Replacing takes the place of fields of the same names.", replaced.pairs.map { "\($0)" },
        headers.pairs.filter { !kept.contains($0.name) }.map { "\($0)" }
            + passing.pairs.map { "\($0)" })
}

extension HeaderName {
    /// What the message calls its own connection's fields.
    fileprivate static func connectionNames(in headers: HeaderFields) -> Set<String> {
        let lists = headers.values(of: .connection).flatMap { Array($0.utf8).listed }
        return Set(lists.map { String(decoding: $0.lowercased, as: UTF8.self) })
    }
}
