/// RFC 8259 as plainly as it can be written, to compare with. ASCII only.
struct PlainReader {
    let text: [UInt8]
    private var position = 0

    init(text: [UInt8]) {
        self.text = text
    }

    mutating func accepts() -> Bool {
        position = 0
        space()
        guard value() else { return false }
        space()
        return position == text.count
    }

    private var next: Character? {
        position < text.count ? Character(UnicodeScalar(text[position])) : nil
    }

    private mutating func take(_ characters: String) -> Bool {
        guard let next, characters.contains(next) else { return false }
        position += 1
        return true
    }

    private mutating func word(_ word: String) -> Bool {
        word.utf8.allSatisfy { take(String(UnicodeScalar($0))) }
    }

    private mutating func space() {
        while take(" \t") || takeLineEnd() {}
    }

    /// `Character` would join CR and LF if they came as one string.
    private mutating func takeLineEnd() -> Bool {
        take("\n") || take("\r")
    }

    private mutating func value() -> Bool {
        switch next {
        case "{": list(end: "}") { $0.string() && $0.colon() && $0.value() }
        case "[": list(end: "]") { $0.value() }
        case "\"": string()
        case "t": word("true")
        case "f": word("false")
        case "n": word("null")
        default: number()
        }
    }

    private mutating func colon() -> Bool {
        space()
        guard take(":") else { return false }
        space()
        return true
    }

    private mutating func list(end: String, _ item: (inout PlainReader) -> Bool) -> Bool {
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

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while position < text.count {
            if take("\"") { return true }
            if take("\\") {
                if take("u") {
                    for _ in 0..<4 {
                        guard take("0123456789abcdefABCDEF") else { return false }
                    }
                } else if !take("\"\\/bfnrt") {
                    return false
                }
            } else {
                guard text[position] >= 0x20 else { return false }
                position += 1
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
            guard digits() else { return false }
        }
        return true
    }
}
