/// One of OpenAI's encodings, exactly as `tiktoken` has it.
public final class BytePairTokenizer: Tokenizer {
    public let name: String
    private let encoding: BytePairEncoding
    private let special: SpecialTokens

    init(
        name: String, rule: BytePairEncoding.Rule, vocabulary: Vocabulary, special: SpecialTokens
    ) {
        self.name = name
        encoding = BytePairEncoding(rule: rule, vocabulary: vocabulary)
        self.special = special
    }

    public var isExact: Bool { true }

    public var isWithinBytes: Bool { true }

    public func count(_ text: Span<UInt8>) -> Int {
        var counter = TokenCounter(length: text.count)
        encoding.encode(text, into: &counter)
        return counter.count
    }

    public func encode(_ text: Span<UInt8>, into ids: inout [UInt32]) {
        var collector = TokenCollector(ids: ids)
        // A second reference would make the first append copy them all.
        ids = []
        encoding.encode(text, into: &collector)
        ids = collector.ids
    }

    /// Appends the ids of UTF-8 text in which special tokens, `<|endoftext|>`, stand for themselves.
    ///
    /// Never give it text of a client: with them it can end its message and begin another.
    public func encodeWithSpecialTokens(_ text: Span<UInt8>, into ids: inout [UInt32]) {
        var (start, offset) = (0, 0)
        while let found = special.first(in: text, from: offset) {
            encode(text.extracting(start..<found.range.lowerBound), into: &ids)
            ids.append(found.id)
            (start, offset) = (found.range.upperBound, found.range.upperBound)
        }
        encode(text.extracting(start...), into: &ids)
    }
}
