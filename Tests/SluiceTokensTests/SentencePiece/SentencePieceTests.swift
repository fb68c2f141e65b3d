import SluiceTokens
import Testing

/// The ids are those of the library of SentencePiece. Tests/clients compares more of them, with models of every kind.
@Suite struct SentencePieceTests {
    @Test("Ids and counts are those of the library")
    func idsAreEqual() throws {
        let cases = try ModelFixtures.cases()
        #expect(cases.count > 70)
        for model in ModelFixtures.models {
            let tokenizer = try ModelFixtures.tokenizer(model)
            for expected in cases where expected.model == model {
                var ids: [UInt32] = []
                tokenizer.encode(expected.text.utf8.span, into: &ids)
                #expect(ids == expected.ids, "\(model) \(expected.text.debugDescription)")
                #expect(tokenizer.count(expected.text) == ids.count)
            }
        }
    }

    @Test("A file of the library is told by what is in it", arguments: ModelFixtures.models)
    func filesAreRead(_ model: String) throws {
        let tokenizer = try Tokenizers.read(file: ModelFixtures.path(of: model), name: "small")
        #expect(tokenizer is SentencePieceTokenizer)
        #expect(tokenizer.name == "small" && tokenizer.isExact && !tokenizer.isWithinBytes)
    }

    @Test("What is no UTF-8 is counted as U+FFFD", arguments: ModelFixtures.models)
    func malformedTextIsMended(_ model: String) throws {
        let tokenizer = try ModelFixtures.tokenizer(model)
        var (ids, expected) = ([UInt32](), [UInt32]())
        tokenizer.encode([0x61, 0xFF, 0x20, 0x62, 0xE2, 0x82].span, into: &ids)
        tokenizer.encode("a\u{FFFD} b\u{FFFD}".utf8.span, into: &expected)
        #expect(ids == expected && !ids.isEmpty)
    }

    @Test("Ids are appended to those that are there", arguments: ModelFixtures.models)
    func idsAreAppended(_ model: String) throws {
        let tokenizer = try ModelFixtures.tokenizer(model)
        var (ids, alone) = ([UInt32(7)], [UInt32]())
        tokenizer.encode("Hello".utf8.span, into: &ids)
        tokenizer.encode("Hello".utf8.span, into: &alone)
        #expect(ids == [7] + alone)
    }

    @Test(
        "A long text of one unit is counted as it is encoded, without delay",
        .timeLimit(.minutes(1)),
        arguments: [
            "a", "ab", " ", "▁", "\n", "=", "0", "a ", "\u{200D}", "👩‍💻", "中", "é", "the world, ",
        ])
    func longTextsAreLinear(_ unit: String) throws {
        let text = String(repeating: unit, count: 50_000 / unit.utf8.count)
        for model in ModelFixtures.models {
            let tokenizer = try ModelFixtures.tokenizer(model)
            var ids: [UInt32] = []
            tokenizer.encode(text.utf8.span, into: &ids)
            #expect(tokenizer.count(text) == ids.count, "\(model)")
        }
    }

    @Test("Many threads use one tokenizer", arguments: ModelFixtures.models)
    func threadsShare(_ model: String) async throws {
        let tokenizer = try ModelFixtures.tokenizer(model)
        let texts = try ModelFixtures.cases().filter { $0.model == model }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { texts.allSatisfy { tokenizer.count($0.text) == $0.ids.count } }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
