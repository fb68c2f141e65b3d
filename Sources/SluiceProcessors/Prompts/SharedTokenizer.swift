internal import SluiceTokens

/// Any tokenizer as one type. What is generic over tokenizers is compiled for this one as it is for a type that is known; for an unknown one
/// its code would cost as much as half a count.
final class SharedTokenizer: Tokenizer {
    private let tokenizer: any Tokenizer
    let name: String

    init(_ tokenizer: any Tokenizer) {
        self.tokenizer = tokenizer
        name = tokenizer.name
    }

    /// Not kept: it may change with what is counted.
    var isExact: Bool { tokenizer.isExact }
    var isWithinBytes: Bool { tokenizer.isWithinBytes }

    func count(_ text: Span<UInt8>) -> Int { tokenizer.count(text) }
    func encode(_ text: Span<UInt8>, into ids: inout [UInt32]) {
        tokenizer.encode(text, into: &ids)
    }
}
