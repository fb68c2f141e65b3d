import Foundation
import SluiceCrypto
import SluiceTestSupport
import SluiceTokens
import Testing

/// All of the shared corpora, id by id.
@Suite(.enabled(if: Shared.has("corpora/tokens"), "SLUICE_SHARED has no token corpora"))
struct CorpusTests {
    @Test("The ids of all cases are equal", arguments: ["cases.jsonl", "naughty.jsonl"])
    func casesAreEqual(_ file: String) throws {
        let texts = try CorpusText.all(in: file)
        #expect(texts.count > 300)
        for text in texts {
            for (name, expected) in text.ids {
                let tokenizer = try Tokenizers.named(name)
                var ids: [UInt32] = []
                tokenizer.encode(text.text.utf8.span, into: &ids)
                #expect(ids == expected, "\(text.id) \(name)")
                #expect(tokenizer.count(text.text) == expected.count, "\(text.id) \(name)")
            }
        }
    }

    @Test("The ids of all large texts are equal")
    func largeTextsAreEqual() throws {
        let large = try LargeTexts.read()
        #expect(large.texts.count > 20)
        for recipe in large.texts {
            let text = try #require(large.text(of: recipe))
            try #require(SHA256.digest(of: text.span).hexadecimal == recipe.sha256, "\(recipe.id)")
            for name in EncodingCase.names {
                let tokenizer = try Tokenizers.named(name)
                var ids: [UInt32] = []
                tokenizer.encode(text.span, into: &ids)
                #expect(ids.count == recipe.tokens[name], "\(recipe.id) \(name)")
                #expect(tokenizer.count(text.span) == ids.count, "\(recipe.id) \(name)")
                #expect(digest(of: ids) == recipe.digests[name], "\(recipe.id) \(name)")
            }
        }
    }

    private func digest(of ids: [UInt32]) -> String {
        var bytes: [UInt8] = []
        for id in ids {
            for shift in [0, 8, 16, 24] as [UInt32] {
                bytes.append(UInt8(truncatingIfNeeded: id >> shift))
            }
        }
        return SHA256.digest(of: bytes.span).hexadecimal
    }
}
