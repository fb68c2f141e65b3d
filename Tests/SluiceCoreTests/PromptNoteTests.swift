import SluiceJSON
import SluiceWire
import Testing

@testable import SluiceCore

/// A count holds for the request that was counted and no other.
struct PromptNoteTests {
    private func request(_ text: String, model: String = "m") throws -> ProxyRequest {
        ProxyRequest(
            endpoint: .chatCompletions, method: .post, path: "/chat/completions", model: model,
            body: .json(try JSONDocument(parsing: Array(text.utf8))))
    }

    private static let tokens = PromptTokens(count: 7, tokenizer: "t", isExact: true)

    @Test(arguments: [0, 1, 7, 8, 23, 24, 31, 32, 33, 100])
    func everyByteMatters(padding: Int) throws {
        let text = "{\"a\":\"" + String(repeating: "x", count: padding) + "\"}"
        let note = PromptNote(Self.tokens, of: try request(text))
        #expect(note.holds(for: try request(text)))
        #expect(!note.holds(for: try request(text, model: "other")))
        #expect(!note.holds(for: try request(text + " ")))
        for place in 0..<padding {
            var changed = Array(text.utf8)
            changed[6 + place] = UInt8(ascii: "y")
            let other = try request(String(decoding: changed, as: UTF8.self))
            #expect(!note.holds(for: other))
        }
    }
}
