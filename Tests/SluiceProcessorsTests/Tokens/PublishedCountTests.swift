import Foundation
import SluiceCore
import SluiceJSON
import SluiceTestSupport
import SluiceWire
import Testing

@testable import SluiceProcessors

/// Prompts that were counted elsewhere: by tiktoken and the published rule, and by providers' bills.
@Suite(.enabled(if: Shared.has("corpora/tokens"), "SLUICE_SHARED has no corpora/tokens"))
struct PublishedCountTests {
    private let counter = RequestTokenCounter(ModelTable())

    private func lines(_ file: String) throws -> [JSONValue] {
        let url = Shared.folder.appending(path: "corpora/tokens/\(file)")
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
            try JSONDocument(parsing: Array($0.utf8)).root
        }
    }

    private func request(_ messages: JSONValue, model: String) -> ProxyRequest {
        let body = JSONDocument([
            "model": .string(model), "messages": .value(messages),
        ])
        return ProxyRequest(
            endpoint: .chatCompletions, method: .post, path: "/x", model: model, body: .json(body))
    }

    @Test func chatsAreCountedByThePublishedRule() async throws {
        var count = 0
        for chat in try lines("chats.jsonl") {
            let messages = try #require(chat["messages"])
            for (encoding, model) in [("cl100k_base", "gpt-4"), ("o200k_base", "gpt-4o")] {
                let request = request(messages, model: model)
                let tokens = await counter.count(request)
                let id = chat["id"]?.string ?? ""
                #expect(
                    tokens
                        == PromptTokens(
                            count: chat["prompt_tokens"]?[encoding]?.int ?? -1,
                            tokenizer: encoding, isExact: true), "\(id)")
                let each = chat["per_message"]?[encoding]?.elements.compactMap(\.int)
                #expect(await counter.countMessages(request) == each, "\(id)")
                let ceiling = try #require(counter.ceiling(request))
                #expect(ceiling >= tokens.count, "\(id)")
                count += 1
            }
        }
        #expect(count == 100)
    }

    @Test func recordedRequestsAreCountedAsTheyWereBilled() async throws {
        var exact = 0
        for recording in try lines("recorded.jsonl") {
            let file = try #require(recording["file"]?.string)
            let meta = Shared.folder.appending(path: "corpora/tokens/\(file)")
                .deletingPathExtension().appendingPathExtension("meta.json")
            let about = try JSONDocument(parsing: Array(Data(contentsOf: meta))).root
            guard let messages = about["request_body"]?["messages"],
                let model = recording["model"]?.string
            else { continue }
            let tokens = await counter.count(request(messages, model: model))
            #expect(tokens.count == recording["rule_prompt_tokens"]?.int, "\(file)")
            #expect(tokens.tokenizer == recording["encoding"]?.string, "\(file)")
            #expect(tokens.isExact == recording["exact_expected"]?.bool, "\(file)")
            if tokens.isExact {
                #expect(tokens.count == recording["recorded_prompt_tokens"]?.int, "\(file)")
                exact += 1
            }
        }
        #expect(exact > 100)
    }
}
