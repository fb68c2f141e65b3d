import SluiceTokens
import Testing

/// The same as tiktoken, text by text. `scripts/compare-tokens` compares many more.
@Suite struct EncodingTests {
    @Test("The ids are those of tiktoken", arguments: EncodingCase.all)
    func idsAreThoseOfTiktoken(_ one: EncodingCase) throws {
        for (name, expected) in zip(EncodingCase.names, one.ids) {
            let tokenizer = try Tokenizers.named(name)
            #expect(ids(of: one.text, by: tokenizer) == expected, "\(name)")
            #expect(tokenizer.count(one.text) == expected.count, "\(name)")
        }
    }

    @Test(
        "o200k_harmony differs from o200k_base in special tokens only", arguments: EncodingCase.all)
    func harmonyIsTheSame(_ one: EncodingCase) throws {
        #expect(try ids(of: one.text, by: Tokenizers.named("o200k_harmony")) == one.ids[1])
    }

    @Test("Ids are appended to those that there are")
    func idsAreAppended() throws {
        var ids: [UInt32] = [7]
        try Tokenizers.named("o200k_base").encode("Hello, world!".utf8.span, into: &ids)
        #expect(ids == [7, 13225, 11, 2375, 0])
    }

    @Test(
        "What is no UTF-8 counts as the replacement character",
        arguments: [
            [0x61, 0xFF, 0x62], [0xC3], [0xE4, 0xBB], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80],
            [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80, 0x80, 0x20, 0xFE],
        ] as [[UInt8]])
    func invalidTextIsMended(_ bytes: [UInt8]) throws {
        for name in EncodingCase.names {
            let tokenizer = try Tokenizers.named(name)
            var found: [UInt32] = []
            tokenizer.encode(bytes.span, into: &found)
            #expect(found == ids(of: String(decoding: bytes, as: UTF8.self), by: tokenizer))
            #expect(tokenizer.count(bytes.span) == found.count)
        }
    }

    @Test("Many tasks at once count the same")
    func manyTasksCountTheSame() async throws {
        let tokenizer = try Tokenizers.named("o200k_base")
        let text = EncodingCase.all.map(\.text).joined(separator: "unfathomableness很好我们")
        let expected = tokenizer.count(text)
        let counts = await withTaskGroup { group in
            for _ in 0..<16 {
                group.addTask { (0..<20).map { _ in tokenizer.count(text) } }
            }
            return await group.reduce(into: Set<Int>()) { $0.formUnion($1) }
        }
        #expect(counts == [expected])
    }

    @Test("A long text that repeats itself has as many tokens as ids")
    func repetitionIsCounted() throws {
        var numbers = SplitMix64(state: 1)
        let words = [
            "Zoë’s", "unfathomableness", "MARKET_harbour", "很好我们", "xkcdq", "=>>>=", "nåfl",
        ]
        let text = (0..<3000).map { _ in words.randomElement(using: &numbers) ?? "" }
            .joined(separator: " ")
        for name in EncodingCase.names {
            let tokenizer = try Tokenizers.named(name)
            #expect(tokenizer.count(text) == ids(of: text, by: tokenizer).count, "\(name)")
        }
    }

    private func ids(of text: String, by tokenizer: any Tokenizer) -> [UInt32] {
        var ids: [UInt32] = []
        tokenizer.encode(text.utf8.span, into: &ids)
        return ids
    }
}
