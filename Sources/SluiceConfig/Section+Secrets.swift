extension Section {
    /// The parts of a table's strings that do not stand in the file as they are: what variables and encrypted values brought.
    ///
    /// It does not count as reading the key, so that a key which nobody else reads stays an error.
    package func secrets(in key: String) -> [Secret] {
        guard case .table(let values) = members[key] else { return [] }
        return values.sorted { $0.key < $1.key }.flatMap { _, value -> [Secret] in
            guard case .string(let text, let written) = value, text != written else { return [] }
            return Self.parts(of: Self.brought(to: text, by: written)).map { Secret($0) }
        }
    }

    /// `Bearer KEY` and `KEY`: whoever repeats such a value may leave its first word out.
    private static func parts(of text: String) -> [String] {
        let words = text.split(separator: " ").map(String.init)
        return [text] + (words.count > 1 ? words.filter { $0.utf8.count >= shortestWord } : [])
    }

    /// Shorter words of a longer text may be any.
    private static let shortestWord = 8

    /// `Bearer ${KEY}` has a front that is no secret.
    private static func brought(to text: String, by written: String) -> String {
        guard let start = written.firstIndex(of: "$"), let end = written.lastIndex(of: "}"),
            start < end
        else { return text }
        let front = written[..<start]
        let back = written[written.index(after: end)...]
        guard text.hasPrefix(front), text.hasSuffix(back),
            text.utf8.count > front.utf8.count + back.utf8.count
        else { return text }
        return String(text.dropFirst(front.count).dropLast(back.count))
    }
}
