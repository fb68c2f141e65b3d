import Foundation

@testable import SluiceTokens

/// A small `tokenizer.json` with all bytes, some words, and what a test changes.
struct TokenizerFile {
    var vocab: [String: Int]
    var merges: [[String]]
    /// By path of members what stands there instead, in JSON.
    var model: [String: Any] = [:]
    var rest: [String: Any] = [:]

    /// - Parameter words: each is made by merging it with its next letter from the left.
    init(words: [String] = ["the", "ing", "Ġword", "ĊĊ"]) {
        let letters = ByteAlphabet.characters.compactMap { Unicode.Scalar($0).map(String.init) }
        vocab = Dictionary(uniqueKeysWithValues: letters.enumerated().map { ($1, $0) })
        merges = []
        for word in words {
            var token = String(word.prefix(1))
            for letter in word.dropFirst() {
                let pair = [token, String(letter)]
                token.append(letter)
                if !merges.contains(pair) { merges.append(pair) }
                if vocab[token] == nil { vocab[token] = vocab.count }
            }
        }
    }

    var json: [UInt8] {
        var model: [String: Any] = ["type": "BPE", "vocab": vocab, "merges": merges]
        model.merge(self.model) { $1 }
        var file: [String: Any] = [
            "version": "1.0", "model": model, "normalizer": NSNull(),
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "use_regex": true],
        ]
        file.merge(rest) { $1 }
        return (try? Array(JSONSerialization.data(withJSONObject: file, options: [.sortedKeys])))
            ?? []
    }

    func tokenizer() throws -> HuggingFaceTokenizer {
        try HuggingFaceTokenizer(name: "small", file: json)
    }
}

extension Tokenizer {
    func ids(_ text: String) -> [UInt32] {
        var ids: [UInt32] = []
        encode(text.utf8.span, into: &ids)
        return ids
    }
}
