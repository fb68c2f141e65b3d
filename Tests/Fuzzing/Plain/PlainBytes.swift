/// Bytes as texts, as slowly and plainly as it can be said.
extension [UInt8] {
    var lowercased: [UInt8] { map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 } }

    var isDigits: Bool { !isEmpty && allSatisfy { (0x30...0x39).contains($0) } }

    /// A token of RFC 9110 section 5.6.2.
    var isToken: Bool {
        !isEmpty && allSatisfy { $0.isAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    /// Without spaces and tabs at both ends.
    var trimmed: [UInt8] {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return Array(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    /// The parts of a list with commas, empty ones included.
    var listed: [[UInt8]] {
        split(separator: 0x2C, omittingEmptySubsequences: false).map { Array($0).trimmed }
    }

    /// Where a text begins at or after an offset.
    func firstOffset(of text: String, from start: Int) -> Int? {
        let text = Array(text.utf8)
        guard start + text.count <= count else { return nil }
        return (start...count - text.count).first { self[$0...].starts(with: text) }
    }

    func says(_ text: String) -> Bool { elementsEqual(text.utf8) }
}

extension UInt8 {
    var isAlphanumeric: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
