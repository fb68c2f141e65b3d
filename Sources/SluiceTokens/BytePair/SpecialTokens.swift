/// Tokens that no text has: they part messages, and end them.
struct SpecialTokens: Sendable {
    private let ids: [String: UInt32]
    private let longest: Int

    init(_ ids: [String: UInt32]) {
        self.ids = ids
        longest = ids.keys.map(\.utf8.count).max() ?? 0
    }

    /// The first special token at or after `start`. All of them begin with `<|` and end with the next `|>`.
    func first(in text: Span<UInt8>, from start: Int) -> (range: Range<Int>, id: UInt32)? {
        var offset = start
        while offset + 1 < text.count {
            if text[offset] == UInt8(ascii: "<"), text[offset + 1] == UInt8(ascii: "|"),
                let end = end(in: text, from: offset + 2)
            {
                var name: [UInt8] = []
                for index in offset..<end { name.append(text[index]) }
                if let id = ids[String(decoding: name, as: UTF8.self)] { return (offset..<end, id) }
            }
            offset += 1
        }
        return nil
    }

    /// Where the next `|>` ends, as far as the longest token goes.
    private func end(in text: Span<UInt8>, from start: Int) -> Int? {
        let limit = min(text.count, start - 2 + longest)
        guard start + 1 < limit else { return nil }
        return (start..<limit - 1).first {
            text[$0] == UInt8(ascii: "|") && text[$0 + 1] == UInt8(ascii: ">")
        }.map { $0 + 2 }
    }
}
