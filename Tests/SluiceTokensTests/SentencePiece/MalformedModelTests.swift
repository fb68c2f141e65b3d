import SluiceTokens
import Testing

/// Whatever a file has, reading it ends in a tokenizer or in an error that says why not.
@Suite struct MalformedModelTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var reason: String

        init(_ description: String, _ bytes: [UInt8], _ reason: String) {
            (testDescription, self.bytes, self.reason) = (description, bytes, reason)
        }
    }

    static func piece(_ text: String, kind: UInt8, score: Float = 0) -> [UInt8] {
        let bits = score.bitPattern
        let inner =
            [0x0A, UInt8(text.utf8.count)] + Array(text.utf8)
            + [0x15] + (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) } + [0x18, kind]
        return [0x0A, UInt8(inner.count)] + inner
    }

    static let unknown = piece("<unk>", kind: 2)
    static let letter = piece("a", kind: 1)

    static let refused = [
        Refused("nothing", [], "does not begin"),
        Refused("text", Array("IQ== 0\n".utf8), "does not begin"),
        Refused("JSON behind a line break", Array("\n{}".utf8), "does not begin"),
        Refused("zeros", [UInt8](repeating: 0, count: 100), "does not begin"),
        Refused("a piece without end", [0x0A, 0x7F, 0x0A], "ends too early"),
        Refused(
            "a number without end", unknown + [0x80] + [UInt8](repeating: 0xFF, count: 20),
            "protobuf"),
        Refused(
            "a length beyond all", [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1],
            "ends too early"),
        Refused("a group", unknown + letter + [0x1B], "protobuf"),
        Refused("no unknown piece", letter, "no piece is the unknown one"),
        Refused(
            "two unknown pieces", unknown + piece("b", kind: 2), "two pieces are the unknown one"),
        Refused("nothing but the unknown", unknown, "no piece is of text"),
        Refused("the same piece twice", unknown + letter + letter, "same text"),
        Refused(
            "a piece without text", unknown + letter + piece("", kind: 1), "piece 2 cannot be one"),
        Refused("a piece with a zero", unknown + piece("a\0", kind: 1), "piece 1 cannot be one"),
        Refused(
            "a score that is none", unknown + piece("a", kind: 1, score: .nan), "score of piece 1"),
        Refused("an unknown kind", unknown + piece("a", kind: 9), "kind of piece 9"),
        Refused(
            "bytes without byte fallback", unknown + letter + piece("<0x41>", kind: 6),
            "no byte fallback"),
        Refused(
            "few bytes with byte fallback",
            unknown + letter + piece("<0x41>", kind: 6) + [0x12, 3, 0x98, 2, 1],
            "only 1 of 256 bytes are pieces"),
        Refused(
            "a byte that is none", unknown + letter + piece("<0xZZ>", kind: 6), "piece 2 is no byte"
        ),
        Refused("a model of words", unknown + letter + [0x12, 2, 0x18, 3], "model of words"),
        Refused("an unknown type", unknown + letter + [0x12, 2, 0x18, 9], "type of model 9"),
        Refused(
            "rules without end", unknown + letter + [0x1A, 7, 0x12, 5, 0xFF, 0, 0, 0, 0], "rules"),
    ]

    @Test("A file that is no model is refused", arguments: refused)
    func refusals(_ model: Refused) {
        #expect {
            try SentencePieceTokenizer(name: "x", model: model.bytes)
        } throws: { error in
            "\(error)".contains(model.reason)
        }
    }

    @Test(
        "Of a file that ends early nothing is read beyond its end", arguments: ModelFixtures.models)
    func truncation(_ model: String) throws {
        let bytes = try ModelFixtures.bytes(of: model)
        for length in stride(from: 0, to: bytes.count, by: 61) { use(Array(bytes.prefix(length))) }
    }

    @Test("Changed bytes do no harm", .timeLimit(.minutes(1)), arguments: ModelFixtures.models)
    func mutations(_ model: String) throws {
        let bytes = try ModelFixtures.bytes(of: model)
        var random = SplitMix64(state: 1)
        for _ in 0..<150 {
            var changed = bytes
            for _ in 0..<1 + random.next() % 8 {
                changed[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() % 256)
            }
            use(changed)
        }
    }

    /// Counts with the model, if it is one.
    private func use(_ bytes: [UInt8]) {
        guard let tokenizer = try? SentencePieceTokenizer(name: "x", model: bytes) else { return }
        var ids: [UInt32] = []
        for text in ["Hello,  world ☠ é ﬁ Ａ½ \t<u>ab\n", "ab ab▁▁中 ", "\u{FFFD}\0a\u{301}"] {
            ids = []
            tokenizer.encode(text.utf8.span, into: &ids)
            #expect(tokenizer.count(text) == ids.count)
        }
    }
}
