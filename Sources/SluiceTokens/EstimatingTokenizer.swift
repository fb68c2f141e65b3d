/// Guesses how many tokens a text has where nobody knows its vocabulary: the mean of words × 1.3 and characters ÷ 4.
public struct EstimatingTokenizer: Tokenizer {
    public init() {}

    public var name: String { "estimate" }

    public var isExact: Bool { false }

    public var isWithinBytes: Bool { true }

    /// Rounded up, so that what is not empty has at least one token.
    public func count(_ text: Span<UInt8>) -> Int {
        var (words, characters, isInWord) = (0, 0, false)
        for offset in text.indices {
            let byte = text[offset]
            // What continues a character counts with its first byte. White space beyond ASCII is taken for a part of
            // a word: where it is common, words are not parted by spaces.
            if byte & 0xC0 == 0x80 { continue }
            characters += 1
            let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
            if !isSpace, !isInWord { words += 1 }
            isInWord = !isSpace
        }
        return (26 * words + 5 * characters + 39) / 40
    }

    /// Appends nothing: an estimate has no tokens.
    public func encode(_ text: Span<UInt8>, into ids: inout [UInt32]) {}
}
