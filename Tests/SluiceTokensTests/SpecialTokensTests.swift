import SluiceTokens
import Testing

/// Special tokens are tokens only where somebody asks for it.
@Suite struct SpecialTokensTests {
    @Test(
        "Special tokens are found among text",
        arguments: [
            (
                "o200k_harmony", "<|start|>user<|message|>Hi<|end|><|reserved_200018|><|x|>",
                [200006, 1428, 200008, 12194, 200007, 200018, 27, 91, 87, 91, 29]
            ),
            ("o200k_base", "<|endofprompt|> <|endoftext", [200018, 464, 91, 419, 1440, 919]),
            ("cl100k_base", "a<|endoftext|>b<|<|fim_prefix|>", [64, 100257, 65, 27, 91, 100258]),
            ("p50k_base", "<|endoftext|>", [50256]),
            ("p50k_base", "<|", [27, 91]),
            ("p50k_base", "", []),
        ] as [(String, String, [UInt32])])
    func specialTokensAreFound(_ name: String, _ text: String, _ expected: [UInt32]) throws {
        let tokenizer = try #require(try Tokenizers.named(name) as? BytePairTokenizer)
        var ids: [UInt32] = []
        tokenizer.encodeWithSpecialTokens(text.utf8.span, into: &ids)
        #expect(ids == expected)
    }
}
