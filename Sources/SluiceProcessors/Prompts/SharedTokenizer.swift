internal import SluiceTokens

/// Any tokenizer as one type. What is generic over tokenizers is compiled for this one as it is for a type that is known; for an unknown one
/// its code would cost as much as half a count.
final class SharedTokenizer: Tokenizer {
    private let tokenizer: any Tokenizer
    let name: String
    /// Longer texts are counted up to here, and the rest is taken to be like that; nil: none are. In bytes.
    private let longest: Int?

    /// How much one text is worth that is counted by a file: memory is needed for all of it at once.
    static let longestOfFile = 4 << 20

    init(_ tokenizer: any Tokenizer, longest: Int? = nil) {
        self.tokenizer = tokenizer
        self.longest = longest
        name = tokenizer.name
    }

    /// Longer texts and bodies are counted off the loop, in bytes.
    var mostAtOnce: Int { tokenizer.mayBeSlow ? 1 << 10 : RequestTokenCounter.mostAtOnce }
    var mayBeSlow: Bool { tokenizer.mayBeSlow }

    /// Whether a text of so many bytes is counted, all of it and exactly.
    func isExact(length: Int) -> Bool { isExact && length <= longest ?? .max }

    /// Not kept: it may change with what is counted.
    var isExact: Bool { tokenizer.isExact }
    var isWithinBytes: Bool { tokenizer.isWithinBytes }

    func count(_ text: Span<UInt8>) -> Int {
        guard let longest, text.count > longest else { return tokenizer.count(text) }
        var end = longest
        while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
        guard end > 0 else { return text.count }
        let count = Double(tokenizer.count(text.extracting(0..<end)))
        return Int((count * Double(text.count) / Double(end)).rounded(.up))
    }
    func encode(_ text: Span<UInt8>, into ids: inout [UInt32]) {
        tokenizer.encode(text, into: &ids)
    }
}
