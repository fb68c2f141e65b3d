/// RFC 8259 as plainly as it can be written, with the places of all values: what tests and fuzzing compare with.
package struct PlainJSON {
    package struct Value: Equatable {
        package enum Kind: Equatable { case object, array, string, number, truth, null }

        package var kind: Kind
        package var start: Int
        package var end: Int
        /// Behind the last value inside it.
        package var next: Int

        package init(kind: Kind, start: Int, end: Int = 0, next: Int = 0) {
            (self.kind, self.start, self.end, self.next) = (kind, start, end, next)
        }
    }

    /// In the order of the text, names before their values; nil unless the text is one value.
    package private(set) var values: [Value]?

    private let text: [UInt8]
    private let maximumDepth: Int
    private var position = 0
    private var found: [Value] = []

    package init(_ text: [UInt8], maximumDepth: Int) {
        (self.text, self.maximumDepth) = (text, maximumDepth)
        guard String(validating: text, as: UTF8.self) != nil else { return }
        space()
        guard value(depth: 0) else { return }
        space()
        if position == text.count { values = found }
    }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ bytes: String) -> Bool {
        guard let next, bytes.utf8.contains(next) else { return false }
        position += 1
        return true
    }

    private mutating func space() {
        while let next, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 {
            position += 1
        }
    }

    private mutating func value(depth: Int) -> Bool {
        let index = found.count
        found.append(Value(kind: .null, start: position))
        let isWell: Bool
        switch next {
        case UInt8(ascii: "{"):
            isWell = bracket(.object, index, "}", depth) { $0.member(depth + 1) }
        case UInt8(ascii: "["):
            isWell = bracket(.array, index, "]", depth) { $0.value(depth: depth + 1) }
        case UInt8(ascii: "\""):
            found[index].kind = .string
            isWell = string()
        case UInt8(ascii: "t"): isWell = word("true", .truth, index)
        case UInt8(ascii: "f"): isWell = word("false", .truth, index)
        case UInt8(ascii: "n"): isWell = word("null", .null, index)
        default:
            found[index].kind = .number
            isWell = number()
        }
        found[index].end = position
        found[index].next = found.count
        return isWell
    }

    private mutating func word(_ word: String, _ kind: Value.Kind, _ index: Int) -> Bool {
        found[index].kind = kind
        guard text[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func bracket(
        _ kind: Value.Kind, _ index: Int, _ end: String, _ depth: Int,
        _ item: (inout PlainJSON) -> Bool
    ) -> Bool {
        guard depth < maximumDepth else { return false }
        found[index].kind = kind
        position += 1
        space()
        if take(end) { return true }
        repeat {
            space()
            guard item(&self) else { return false }
            space()
        } while take(",")
        return take(end)
    }

    private mutating func member(_ depth: Int) -> Bool {
        let index = found.count
        found.append(Value(kind: .string, start: position))
        guard string() else { return false }
        found[index].end = position
        found[index].next = found.count
        space()
        guard take(":") else { return false }
        space()
        return value(depth: depth)
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = next {
            position += 1
            if byte == 0x22 { return true }
            if byte < 0x20 { return false }
            guard byte == 0x5C else { continue }
            if take("u") {
                for _ in 0..<4 where !take("0123456789abcdefABCDEF") { return false }
            } else if !take("\"\\/bfnrt") {
                return false
            }
        }
        return false
    }

    private mutating func digits() -> Bool {
        var some = false
        while take("0123456789") { some = true }
        return some
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0") { guard digits() else { return false } }
        if take(".") { guard digits() else { return false } }
        if take("eE") {
            _ = take("+-")
            return digits()
        }
        return true
    }
}
