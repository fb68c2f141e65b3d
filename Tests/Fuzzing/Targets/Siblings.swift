@testable import SluiceJSON

/// The members or elements of a container as they are spelled, and what an edit is to make of them.
struct Siblings: Equatable {
    /// Decoded; empty for an array.
    var names: [String] = []
    var values: [[UInt8]] = []
    let isObject: Bool

    init(_ container: JSONValue) {
        isObject = container.isObject
        for (name, value) in container.members {
            names.append(name)
            values.append(Array(value.rawBytes))
        }
        for element in container.elements { values.append(Array(element.rawBytes)) }
    }

    /// One that is there, mostly.
    func randomName(using generator: inout SeededGenerator) -> String {
        let others = ["", "a", "model", "é\"\n", "0"]
        return (names + names + others).randomElement(using: &generator) ?? ""
    }

    /// - Returns: whether there is a place for it.
    mutating func set(_ name: String, _ position: Int, to value: [UInt8]) -> Bool {
        guard isObject else {
            guard position < values.count else { return false }
            values[position] = value
            return true
        }
        guard let last = lastIndex(of: name) else {
            names.append(name)
            values.append(value)
            return true
        }
        values[last] = value
        for index in names.indices.reversed() where index != last && isSame(names[index], name) {
            names.remove(at: index)
            values.remove(at: index)
        }
        return true
    }

    /// - Returns: whether it was there.
    mutating func remove(_ name: String, _ position: Int) -> Bool {
        guard isObject else {
            guard position < values.count else { return false }
            values.remove(at: position)
            return true
        }
        guard lastIndex(of: name) != nil else { return false }
        for index in names.indices.reversed() where isSame(names[index], name) {
            names.remove(at: index)
            values.remove(at: index)
        }
        return true
    }

    private func lastIndex(of name: String) -> Int? { names.lastIndex { isSame($0, name) } }

    /// Names are compared by their bytes, not by what Unicode calls equivalent.
    private func isSame(_ one: String, _ other: String) -> Bool {
        one.utf8.elementsEqual(other.utf8)
    }
}
