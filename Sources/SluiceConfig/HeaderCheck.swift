/// Finds headers in which no name begins where it has to. The TOML parser ends the process at them (an assertion of toml++), so it must
/// not see them.
enum HeaderCheck {
    /// The number of the first line with such a header, counted from 1; nil when there is none.
    ///
    /// - Parameter text: may be malformed. The parser stops at its first error, and up to there lines are told apart as the parser does.
    static func firstBrokenLine(in text: String) -> Int? {
        var scanner = LineScanner()
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            var bytes = Array(line)
            if index == 0, bytes.starts(with: "\u{FEFF}".utf8) { bytes.removeFirst(3) }
            let start = bytes.firstIndex { !isBlank($0) } ?? bytes.count
            guard !scanner.isInsideValue, start < bytes.count, bytes[start] == UInt8(ascii: "[")
            else {
                scanner.scan(bytes, from: 0)
                continue
            }
            if isBroken(bytes[(start + 1)...]) { return index + 1 }
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
