import SluiceTokens
import Testing

@Suite struct TokenizersTests {
    @Test("Every name that is listed has its tokenizer", arguments: Tokenizers.names)
    func listedNamesAreKnown(_ name: String) throws {
        let tokenizer = try Tokenizers.named(name)
        #expect(tokenizer.name == name)
        #expect(tokenizer.isExact == (name != "estimate"))
    }

    @Test("An unknown name is refused with those that there are")
    func unknownNamesAreRefused() {
        #expect(throws: TokenizerError.unknownName("o200k", known: Tokenizers.names)) {
            try Tokenizers.named("o200k")
        }
        let error = TokenizerError.unknownName("o200k", known: ["p50k_base", "estimate"])
        #expect("\(error)" == "there is no tokenizer \"o200k\"; there are p50k_base, estimate")
    }

    @Test("A tokenizer is made once")
    func tokenizersAreShared() throws {
        let one = try Tokenizers.named("p50k_base") as? BytePairTokenizer
        let other = try Tokenizers.named("p50k_base") as? BytePairTokenizer
        #expect(one != nil && one === other)
    }

    @Test(
        "The name of a model tells its tokenizer",
        arguments: [
            ("gpt-4o", "o200k_base"), ("gpt-4o-mini-2024-07-18", "o200k_base"),
            ("gpt-4.1-nano", "o200k_base"), ("gpt-5-mini", "o200k_base"),
            ("chatgpt-4o-latest", "o200k_base"), ("o1", "o200k_base"), ("o3-mini", "o200k_base"),
            ("o4-mini", "o200k_base"), ("gpt-oss-120b", "o200k_harmony"),
            ("openai/gpt-oss-20b", "o200k_harmony"), ("gpt-4", "cl100k_base"),
            ("gpt-4-turbo", "cl100k_base"), ("gpt-3.5-turbo-0125", "cl100k_base"),
            ("gpt-35-turbo", "cl100k_base"), ("text-embedding-3-small", "cl100k_base"),
            ("text-davinci-003", "p50k_base"), ("code-davinci-002", "p50k_base"),
            ("ft:gpt-4o-mini:acme::abc", "o200k_base"), ("ft:gpt-4:acme", "cl100k_base"),
            ("davinci-002", "cl100k_base"), ("ft:babbage-002:acme", "cl100k_base"),
            ("code-cushman-001", "p50k_base"), ("text-davinci-edit-001", "p50k_base"),
            ("text-davinci-001", "estimate"), ("davinci", "estimate"), ("gpt2", "estimate"),
            ("text-embedding-005", "estimate"), ("claude-4", "estimate"),
            ("llama-3.1-8b", "estimate"), ("", "estimate"),
        ])
    func modelsHaveTokenizers(_ model: String, _ tokenizer: String) throws {
        #expect(ModelTokenizers.tokenizer(for: model) == tokenizer)
        _ = try Tokenizers.named(tokenizer)
    }

    @Test(
        "An estimate is the mean of words × 1.3 and characters ÷ 4, rounded up",
        arguments: [
            ("", 0), ("a", 1), ("   ", 1), ("Hello, world!", 3), ("one two three four five", 7),
            ("今天天气很好", 2), ("a\u{301}\tb\n", 2),
        ])
    func estimates(_ text: String, _ expected: Int) throws {
        let tokenizer = try Tokenizers.named("estimate")
        #expect(tokenizer.count(text) == expected)
        var ids: [UInt32] = []
        tokenizer.encode(text.utf8.span, into: &ids)
        #expect(ids.isEmpty)
    }
}
