/// Finds what the TOML parser must not see because it would end the process: headers in which no name begins where it has to, dates that
/// break off and a `}` in the place of a list's value (assertions of toml++), and keys of so many parts that the stack does not suffice.
enum TextCheck {
    struct Fault {
        /// Counted from 1.
        var line: Int
        var message: String
    }

    /// How many dots a key may have; each is a table inside the other. Inside brackets the parser has a limit of its own.
    static let maximumDots = 100

    /// The first such place; nil when there is none.
    ///
    /// - Parameter text: may be malformed. The parser stops at its first error, and up to there lines are told apart as the parser does.
    static func firstFault(in text: String) -> Fault? {
        var scanner = LineScanner()
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            var bytes = Array(line)
            if index == 0, bytes.starts(with: "\u{FEFF}".utf8) { bytes.removeFirst(3) }
            let start = bytes.firstIndex { !isBlank($0) } ?? bytes.count
            if !scanner.isInsideValue, start < bytes.count, bytes[start] == UInt8(ascii: "[") {
                guard !isBroken(bytes[(start + 1)...]) else {
                    return Fault(line: index + 1, message: "a header names its section: '[server]'")
                }
                // No value begins in a header, so what is said of its brackets counts for it alone.
                var header = LineScanner()
                header.scan(bytes, from: start)
                scanner.dots = header.dots
            } else {
                scanner.scan(bytes, from: 0)
            }
            guard !scanner.hasBrokenDate else {
                return Fault(line: index + 1, message: "a date breaks off before its time")
            }
            guard !scanner.hasStrayBrace else {
                return Fault(line: index + 1, message: "a value is missing before '}'")
            }
            guard scanner.dots <= maximumDots else {
                return Fault(
                    line: index + 1, message: "a key has more than \(maximumDots) dots")
            }
        }
        return nil
    }

    /// - Parameter rest: what follows the first bracket. The parser itself complains of `[]` and of an end of the text.
    private static func isBroken(_ rest: ArraySlice<UInt8>) -> Bool {
        var rest = rest
        if rest.first == UInt8(ascii: "[") { rest = rest.dropFirst() }
        guard let first = rest.first(where: { !isBlank($0) }) else { return true }
        switch first {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return false
        default:
            return !"_-\"']".utf8.contains(first)
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
