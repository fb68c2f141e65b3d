import Testing

@testable import SluiceTokens

/// From left to right comes out what merging pairs by rank says, which is what the encodings are defined by.
@Suite struct MergingTests {
    @Test(
        "Splitting gives what merging by rank gives",
        arguments: [
            "ab", "aing", "etaoin shrdlu", "ABab'", "中国人们", "がをに", "абв", "\u{200D}\u{FE0F}😀", "=-",
        ])
    func splittingIsMerging(_ letters: String) {
        var numbers = SplitMix64(state: UInt64(letters.utf8.count))
        for vocabulary in [Vocabulary.cl100kBase, .o200kBase, .p50kBase] {
            for _ in 0..<8 {
                let text = String((0..<40).map { _ in letters.randomElement(using: &numbers)! })
                let bytes = Array(text.utf8)
                #expect(split(bytes, by: vocabulary) == merge(bytes, by: vocabulary), "\(text)")
            }
        }
    }

    @Test("Every token but single bytes is made of two others")
    func tokensAreMade() {
        for vocabulary in [Vocabulary.cl100kBase, .o200kBase, .p50kBase] {
            for id in 0..<UInt32(vocabulary.list.tokens.count) {
                let token = vocabulary.list[id]
                let parts = vocabulary.list[token.left].length + vocabulary.list[token.right].length
                guard token.length > 1, parts != token.length else { continue }
                Issue.record("\(id) has \(token.length) bytes and its parts \(parts)")
            }
        }
    }

    private func split(_ bytes: [UInt8], by vocabulary: Vocabulary) -> [UInt32] {
        bytes.withUnsafeBufferPointer { buffer in
            var scratch = PieceScratch()
            let piece = Piece(text: unsafe Text(buffer), start: 0, end: bytes.count)
            let count = vocabulary.split(piece, scratch: &scratch)
            return (0..<count).map { scratch[$0] }
        }
    }

    /// The lowest rank first, and the leftmost among equals.
    private func merge(_ bytes: [UInt8], by vocabulary: Vocabulary) -> [UInt32] {
        var parts = bytes.map { id(of: [$0], in: vocabulary) }
        var texts = bytes.map { [$0] }
        while true {
            let pairs = zip(texts, texts.dropFirst()).map { id(of: $0 + $1, in: vocabulary) }
            guard let best = pairs.min(), best != Token.none, let index = pairs.firstIndex(of: best)
            else { return parts }
            parts.replaceSubrange(index...index + 1, with: [best])
            texts.replaceSubrange(index...index + 1, with: [texts[index] + texts[index + 1]])
        }
    }

    private func id(of bytes: [UInt8], in vocabulary: Vocabulary) -> UInt32 {
        bytes.withUnsafeBufferPointer {
            vocabulary.pieces.id(
                of: unsafe Text($0), from: 0, to: bytes.count, in: vocabulary.list)
        }
    }
}
