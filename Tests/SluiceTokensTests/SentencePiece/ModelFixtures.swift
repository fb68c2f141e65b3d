import Foundation
import SluiceTokens
import Testing

/// Models that Tests/clients/sentence_pieces.py made, and the ids that the library of SentencePiece has for some texts.
enum ModelFixtures {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var model: String
        var text: String
        var ids: [UInt32]

        var testDescription: String { "\(model) \(text.prefix(30).debugDescription)" }
    }

    /// Byte pairs with bytes for what is unknown, as of Llama 2; unigrams with rules for characters and pieces of a user.
    static let models = ["bpe-llama.model", "unigram-rules.model"]

    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static func path(of model: String) -> String { folder.appendingPathComponent(model).path }

    static func bytes(of model: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(model)))
    }

    static func tokenizer(_ model: String) throws -> SentencePieceTokenizer {
        try SentencePieceTokenizer(name: model, model: bytes(of: model))
    }

    static func cases() throws -> [Case] {
        let file = folder.appendingPathComponent("sentence-pieces.jsonl")
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Case.self, from: $0)
        }
    }
}
