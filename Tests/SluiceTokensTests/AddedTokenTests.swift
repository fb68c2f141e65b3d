import Testing

@testable import SluiceTokens

/// Added tokens that take the white space beside them, as Hugging Face's library has it.
@Suite struct AddedTokenTests {
    private func file(_ contents: String...) -> TokenizerFile {
        var file = TokenizerFile()
        file.rest["added_tokens"] = contents.enumerated().map { number, content in
            [
                "id": 1_000 + number, "content": content, "special": false, "normalized": false,
                "lstrip": true, "rstrip": true,
            ] as [String: Any]
        }
        return file
    }

    @Test("What the token before has taken is no token again")
    func takenTokensDoNotCount() throws {
        let tokenizer = try file(" ").tokenizer()
        #expect(tokenizer.count(" ") == 1)
        #expect(tokenizer.count("    ") == 1)
        #expect(tokenizer.count("a    b ") == 4)
    }

    @Test(
        "A million spaces are taken without delay", .timeLimit(.minutes(1)),
        arguments: [" ", "\t", "\u{3000}"])
    func spacesAreLinear(_ unit: String) throws {
        let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
        #expect(try file(unit).tokenizer().count(text) == 1)
        #expect(try file("<x>").tokenizer().count("<x>" + text + "<x>") == 2)
    }

    @Test("A token of which nothing is left would be found everywhere, and is refused")
    func emptiedTokensAreRefused() throws {
        var file = TokenizerFile()
        file.rest["normalizer"] = [
            "type": "Replace", "pattern": ["String": "x"], "content": "",
        ]
        file.rest["added_tokens"] = [["id": 1, "content": "xx", "normalized": true]]
        let error = #expect(throws: TokenizerError.self) { try file.tokenizer() }
        #expect(error.map { "\($0)" }?.contains("leaves nothing") == true)
    }
}
