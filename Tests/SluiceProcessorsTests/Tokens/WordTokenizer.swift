import SluiceTokens

/// Each word is a token: expectations can be counted by hand.
struct WordTokenizer: Tokenizer {
    var name: String { "words" }
    var isExact: Bool { true }

    func count(_ text: Span<UInt8>) -> Int {
        var (words, isInWord) = (0, false)
        for index in text.indices {
            let isSpace = text[index] == 0x20 || text[index] == 0x0A
            if !isSpace, !isInWord { words += 1 }
            isInWord = !isSpace
        }
        return words
    }

    func encode(_ text: Span<UInt8>, into ids: inout [UInt32]) {}
}
