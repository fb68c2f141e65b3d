import SluiceCore
import SluiceTokens
import Testing

@testable import SluiceProcessors

/// Tokenizers of files are held to bounds that those in the executable do not need.
struct SharedTokenizerTests {
    /// Rewrites text, and takes long.
    private struct SlowTokenizer: Tokenizer {
        var name: String { "slow" }
        var isExact: Bool { true }
        var mayBeSlow: Bool { true }
        func count(_ text: Span<UInt8>) -> Int { text.count }
        func encode(_ text: Span<UInt8>, into ids: inout [UInt32]) {}
    }

    @Test func aLongTextIsCountedInProportion() {
        let tokenizer = SharedTokenizer(WordTokenizer(), longest: 9)
        #expect(tokenizer.count("ab cd ef ") == 3)
        #expect(tokenizer.count("ab cd ef gh ij kl ") == 6)
        // Characters stay whole.
        #expect(tokenizer.count("ab cd ééééééééé") > 0)
        #expect(tokenizer.isExact(length: 9) && !tokenizer.isExact(length: 10))
        #expect(SharedTokenizer(WordTokenizer()).isExact(length: 1 << 30))
    }

    @Test func filesHaveABound() throws {
        let tokenizer = try #require(TokenizerSource(of: WordTokenizer()).loaded)
        #expect(!tokenizer.isExact(length: SharedTokenizer.longestOfFile + 1))
        #expect(TokenizerSource("estimate").loaded?.mostAtOnce == 16 << 10)
    }

    @Test func whatMayBeSlowIsSoonCountedOffTheLoop() {
        #expect(SharedTokenizer(SlowTokenizer()).mostAtOnce == 1 << 10)
        #expect(SharedTokenizer(WordTokenizer()).mostAtOnce == 16 << 10)
    }

    @Test func aTextThatGrowsMayHaveMoreTokensThanBytes() {
        let models = ModelTable()
        #expect(RequestTokenCounter(models).mostTokensPerByte(of: "gpt-4o") == 1)
        let table = ModelTable([(name: "m", facts: ModelFacts(tokenizer: "slow"))])
        let counter = RequestTokenCounter(table, files: FileTokenizers([SlowTokenizer()]))
        #expect(counter.mostTokensPerByte(of: "m") == 16)
    }
}
