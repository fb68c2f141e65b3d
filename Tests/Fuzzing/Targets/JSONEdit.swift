internal import CSluiceJSON

@testable import SluiceJSON

/// One edit at a random place, and what must be true after it.
func checkEdit(of document: inout JSONDocument, using generator: inout SeededGenerator) {
    let path = randomContainer(of: document, using: &generator)
    guard let container = document.value(at: path) else {
        return property("A path of names and positions leads to its value.", false, "\(path)")
    }
    let before = Siblings(container)
    let bytes = document.bytes
    let range = container.range
    let literal = randomLiteral(from: document, using: &generator)
    let written = JSONDocument(literal).bytes
    let name = before.randomName(using: &generator)
    let position = Int.random(in: 0...before.values.count, using: &generator)
    let step = container.isArray ? String(position) : name
    var expected = before
    let isDone: Bool
    switch Int.random(in: 0..<5, using: &generator) {
    case 0 where container.isObject || container.isArray:
        isDone = document.set(path + [step], to: literal)
        property("What can be set is set.", isDone, expected.set(name, position, to: written))
        if isDone {
            let value = document.value(at: path + [step])
            property("What was set is read back.", value.map { Array($0.rawBytes) }, written)
        }
    case 1 where container.isObject || container.isArray:
        isDone = document.remove(path + [step])
        property("What is there can be removed.", isDone, expected.remove(name, position))
        if container.isObject {
            property("What was removed is gone.", document.value(at: path + [step]) == nil)
        }
    case 2:
        isDone = document.append(literal, to: path)
        property("Elements are appended to arrays.", isDone, container.isArray)
        if isDone { expected.values.append(written) }
    case 3:
        let end = position + Int.random(in: 0...3, using: &generator)
        isDone = document.removeElements(position..<end, from: path)
        let isThere = container.isArray && position < before.values.count && end > position
        property("Elements that are there are removed.", isDone, isThere)
        if isDone { expected.values.removeSubrange(position..<min(end, before.values.count)) }
    default:
        isDone = document.replace(container, with: literal)
        property("A value is replaced by its view.", isDone)
        property(
            "A view is of the text that it was taken from.", !document.replace(container, with: 1))
        let same = bytes[..<range.lowerBound] + written + bytes[range.upperBound...]
        property("A value that is replaced leaves all other bytes.", document.bytes, Array(same))
        return checkIndex(of: document)
    }
    checkIndex(of: document)
    if !isDone {
        return property("An edit that is not done changes nothing.", document.bytes, bytes)
    }
    checkSurroundings(document, bytes, range)
    let after = document.value(at: path).map(Siblings.init)
    property("An edit leaves what stands beside it.", after, expected)
}

/// The index moves along with the text.
private func checkIndex(of document: JSONDocument) {
    guard let fresh = try? JSONDocument(parsing: document.bytes, maximumDepth: .max) else {
        return property(
            "What is edited is still JSON.", false, String(decoding: document.bytes, as: UTF8.self))
    }
    let (mine, anew) = (document.tape.map(describe), fresh.tape.map(describe))
    property("The index after an edit is that of the new text.", mine, anew)
}

private func describe(_ entry: JSONEntry) -> [Int] {
    [Int(entry.start), Int(entry.end), Int(entry.next), Int(entry.kind), Int(entry.flags)]
}

private func checkSurroundings(_ document: JSONDocument, _ before: [UInt8], _ range: Range<Int>) {
    let after = document.bytes
    let tail = before.count - range.upperBound
    property(
        "An edit leaves what stands before and behind its container.",
        after.starts(with: before[..<range.lowerBound])
            && after.suffix(tail).elementsEqual(before[range.upperBound...]))
}

/// Goes down from the root by chance, mostly into containers.
private func randomContainer(
    of document: JSONDocument, using generator: inout SeededGenerator
) -> [String] {
    var path: [String] = []
    while let value = document.value(at: path), Int.random(in: 0..<4, using: &generator) > 0 {
        let siblings = Siblings(value)
        guard !siblings.values.isEmpty else { break }
        let position = Int.random(in: 0..<siblings.values.count, using: &generator)
        path.append(value.isObject ? siblings.names[position] : String(position))
    }
    return path
}

private func randomLiteral(
    from document: JSONDocument, using generator: inout SeededGenerator
) -> JSONLiteral {
    let all = document.tape.indices
    let index = all.randomElement(using: &generator) ?? 0
    let literals: [JSONLiteral] = [
        7, "a \"text\"\n\u{1}é", nil, true, -0.5, [], [:], [1, ["a": 2]],
        ["a": [], "b": ["c": [nil]]],
        .raw(Array(" [ 1 , 2 ] ".utf8)), .raw(Array("no JSON".utf8)), .double(.nan),
        .value(JSONValue(document: document, index: index)),
    ]
    return literals.randomElement(using: &generator) ?? nil
}
