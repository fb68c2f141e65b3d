import Testing

@testable import SluiceTokens

/// What steps before merging do to a text, as Hugging Face's library has it.
@Suite struct NormalizedTextTests {
    @Test(
        "A million marks in no order are put in order without delay", .timeLimit(.minutes(1)),
        arguments: [TextForm.composed, .decomposed, .compatiblyComposed, .compatiblyDecomposed])
    func marksAreOrdered(_ form: TextForm) {
        for count in [3, 1_000, 250_000] {
            var bytes = Array(("a" + String(repeating: "\u{301}\u{316}", count: count)).utf8)
            form.apply(to: &bytes)
            let isComposed = form == .composed || form == .compatiblyComposed
            let expected =
                (isComposed ? "\u{E1}" : "a\u{316}")
                + String(repeating: "\u{316}", count: isComposed ? count : count - 1)
                + String(repeating: "\u{301}", count: isComposed ? count - 1 : count)
            #expect(bytes == Array(expected.utf8))
        }
    }

    @Test("A long run is normalized as its parts are, wherever pieces of it end")
    func longRunsAreNormalized() {
        for shift in 0..<12 {
            let text = String(repeating: "\u{301}", count: shift)
            for form in [TextForm.compatiblyComposed, .compatiblyDecomposed, .decomposed] {
                var (parts, whole) = (Array(("x" + text).utf8), Array(("x" + text).utf8))
                form.apply(to: &parts)
                var unit = Array("ﷺ각\u{1100}\u{1161}\u{11A8}é\u{323}が".utf8)
                whole += (0..<60).flatMap { _ in unit }
                form.apply(to: &unit)
                form.apply(to: &whole)
                #expect(whole == parts + (0..<60).flatMap { _ in unit }, "\(form) \(shift)")
            }
        }
    }

    @Test("A known pattern splits text that is spelt already, too")
    func speltTextIsSplit() throws {
        var file = TokenizerFile()
        file.rest["normalizer"] = ["type": "ByteLevel"]
        file.rest["pre_tokenizer"] = [
            "type": "Split", "behavior": "Isolated",
            "pattern": [
                "Regex":
                    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
            ],
        ]
        #expect(try file.tokenizer().count(" ") == 1)
        #expect(try file.tokenizer().count("the the") == 3)
    }

    @Test("Only what the text itself begins with has the prefix of 'first'")
    func prefixesAreOfTheBeginning() throws {
        var file = TokenizerFile()
        file.vocab["▁"] = 900
        let metaspace: [String: Any] = ["type": "Metaspace", "prepend_scheme": "first"]
        file.rest["pre_tokenizer"] = [
            "type": "Sequence", "pretokenizers": [["type": "WhitespaceSplit"], metaspace],
        ]
        #expect(try file.tokenizer().count("ab") == 3)
        #expect(try file.tokenizer().count("  ab") == 2)
        file.rest["normalizer"] = ["type": "Strip"]
        #expect(throws: TokenizerError.self) { try file.tokenizer() }
    }

    @Test("A text may become more bytes in every form", arguments: ["NFC", "NFD", "NFKC", "NFKD"])
    func formsLengthen(_ form: String) throws {
        var file = TokenizerFile()
        file.rest["normalizer"] = ["type": form]
        let tokenizer = try file.tokenizer()
        #expect(!tokenizer.isWithinBytes && !tokenizer.mayBeSlow)
        #expect(tokenizer.count("\u{1D160}") == 12)
    }

    @Test("A pattern may be slow, one that is written out is not")
    func patternsMayBeSlow() throws {
        var file = TokenizerFile()
        #expect(try !file.tokenizer().mayBeSlow)
        file.rest["normalizer"] = [
            "type": "Replace", "pattern": ["Regex": "a+"], "content": "a",
        ]
        #expect(try file.tokenizer().mayBeSlow)
    }

    @Test("A count that was given up casts doubt on others for a time only")
    func doubtsEnd() {
        let (long, short) = (DoubtfulTime(), DoubtfulTime(seconds: 0))
        #expect(!long.isNow)
        long.begin()
        short.begin()
        #expect(long.isNow && !short.isNow)
    }
}
