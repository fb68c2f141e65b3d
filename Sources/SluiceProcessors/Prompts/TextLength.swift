internal import SluiceTokens

/// Takes every byte for a token: with it a prompt is counted at more than it can have.
struct TextLength: Tokenizer {
    var name: String { "bytes" }
    var isExact: Bool { false }
    func count(_ text: Span<UInt8>) -> Int { text.count }
    func encode(_ text: Span<UInt8>, into ids: inout [UInt32]) {}
}
