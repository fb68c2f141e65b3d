/// What `Split` and `Replace` look for.
enum SplitPattern: Sendable {
    case text([UInt8])
    case regularExpression(TextPattern)
    /// One of the patterns that are written out by hand; its matches are the whole text.
    case known(BytePairEncoding.Rule)

    init(_ json: TokenizerJSON, mayBeKnown: Bool = false) throws {
        if let text = try json.optional("String")?.text() {
            guard !text.isEmpty else { throw json.unusable("an empty text") }
            self = .text(Array(text.utf8))
        } else {
            let text = try json.member("Regex").text()
            if mayBeKnown, let rule = KnownPatterns.rule(of: text) {
                self = .known(rule)
            } else {
                self = .regularExpression(try TextPattern(text))
            }
        }
    }

    /// - Returns: false where that took too long.
    func forEachMatch(in text: Text, _ range: Range<Int>, _ body: (Range<Int>) -> Void) -> Bool {
        guard !range.isEmpty else { return true }
        switch self {
        case .regularExpression(let pattern): return pattern.forEachMatch(in: text, range, body)
        case .known(let rule):
            let part = text.part(range)
            var start = 0
            while start < part.count {
                let end = rule.end(of: TextReader(text: part, classes: .shared), from: start)
                body(start + range.lowerBound..<end + range.lowerBound)
                start = end
            }
        case .text(let wanted): Self.forEach(wanted, in: text, range, body)
        }
        return true
    }

    private static func forEach(
        _ wanted: [UInt8], in text: Text, _ range: Range<Int>, _ body: (Range<Int>) -> Void
    ) {
        guard let first = wanted.first else { return }
        var offset = range.lowerBound
        while offset + wanted.count <= range.upperBound {
            if text[offset] == first, wanted.indices.allSatisfy({ text[offset + $0] == wanted[$0] })
            {
                body(offset..<offset + wanted.count)
                offset += wanted.count
            } else {
                offset += 1
            }
        }
    }
}
