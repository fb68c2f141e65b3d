import SluiceCore
import SluiceJSON
import SluiceWire
import Testing

@testable import SluiceProviders

struct DialectTests {
    private func error(_ status: Int, _ code: String) -> ProxyError {
        ProxyError(status: status, code: code, fault: .client, message: "It \"failed\".\n")
    }

    @Test(
        arguments: [
            (400, "invalid_request_error", "invalid_request_error", nil),
            (400, "invalid_type", "invalid_request_error", "invalid_type"),
            (401, "invalid_api_key", "invalid_request_error", "invalid_api_key"),
            (404, "model_not_found", "invalid_request_error", "model_not_found"),
            (405, "method_not_supported", "invalid_request_error", "method_not_supported"),
            (429, "rate_limit_exceeded", "requests", "rate_limit_exceeded"),
            (429, "token_limit_exceeded", "tokens", "token_limit_exceeded"),
            (502, "upstream_unreachable", "server_error", "upstream_unreachable"),
        ] as [(Int, String, String, String?)])
    func anErrorHasOpenAIsShape(_ status: Int, _ code: String, _ type: String, _ shown: String?)
        throws
    {
        let body = OpenAIDialect().errorBody(error(status, code))
        let object = try JSONDocument(parsing: body).root["error"]
        #expect(object?["type"]?.string == type)
        #expect(object?["code"]?.string == shown)
        #expect(object?["code"] != nil)
        #expect(object?["message"]?.string == "It \"failed\".\n")
        #expect(object?["param"]?.isNull == true)
    }

    @Test(arguments: [Endpoint.chatCompletions, .completions, .responses, .other("audio")])
    func anErrorEventIsOneEventThatItsReaderKnows(_ endpoint: Endpoint) throws {
        let dialect = OpenAIDialect()
        let event = dialect.errorEvent(
            error(502, "upstream_stream_cut"), endpoint: endpoint, eventsBefore: 3)
        #expect(events(event) == [event])
        let whole = ServerSentEvent(parsing: event.span)
        let parsed = try #require(whole)
        let root = try JSONDocument(parsing: parsed.data).root
        #expect(root["error"]?["message"]?.string == "It \"failed\".\n")
        #expect(root["sequence_number"]?.int == (endpoint == .responses ? 3 : nil))
        #expect(parsed.type == (endpoint == .responses ? "error" : nil))
        var reader = dialect.makeStreamReader(for: endpoint)
        let facts = reader.read(event.span)
        #expect(facts.contains(.terminal))
    }

    @Test func aLargeDocumentsUsageIsFoundFromItsEnd() {
        let text = String(repeating: "\\\"usage\\\":{} ", count: 10_000)
        let usage =
            #""usage":{"prompt_tokens":7,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1}}"#
        let expected = TokenUsage(promptTokens: 7, completionTokens: 2, cachedTokens: 1)
        for body in [#"{"choices":"\#(text)",\#(usage)}"#, #"{\#(usage),"choices":"\#(text)"}"#] {
            let found = OpenAIDialect().usage(
                inDocument: Array(body.utf8), endpoint: .chatCompletions)
            #expect(body.utf8.count > TokenUsage.indexedDocument)
            #expect(found == expected)
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"usage":null}"#, #"{"usage":5}"#])
    func aDocumentMayHaveNoUsage(_ body: String) {
        #expect(
            OpenAIDialect().usage(inDocument: Array(body.utf8), endpoint: .chatCompletions) == nil)
    }

    static let usageAmongOthers: [(String, TokenUsage?)] = [
        (
            #"{"usage":{"prompt_tokens":1},"a":[{"b":"}\""}],"c":"x"}"#,
            .init(promptTokens: 1, completionTokens: 0)
        ),
        (
            #"{"usage":{"prompt_tokens":1},"usage":{"prompt_tokens":2}}"#,
            .init(promptTokens: 2, completionTokens: 0)
        ),
        (
            #"{"usage":{"prompt_tokens":1},"a":{"usage":{"prompt_tokens":2}}}"#,
            .init(promptTokens: 1, completionTokens: 0)
        ),
        (#"{"a":[{"usage":{"prompt_tokens":2}}]}"#, nil),
        (#"[{"usage":{"prompt_tokens":2}}]"#, nil),
        (
            #"{"usage":{"prompt_tokens":1},"a":"\"usage\":{\"prompt_tokens\":2}"}"#,
            .init(promptTokens: 1, completionTokens: 0)
        ),
        (
            #"{"usage":{"prompt_tokens":1},"a\"usage":{"prompt_tokens":2}}"#,
            .init(promptTokens: 1, completionTokens: 0)
        ),
        (
            #"{"usage":{"prompt_tokens":1,"x":"}"},"a":1}"#,
            .init(promptTokens: 1, completionTokens: 0)
        ),
        (#"{"us\u0061ge":{"prompt_tokens":1}}"#, .init(promptTokens: 1, completionTokens: 0)),
        (#"{"usage":{"prompt_t\u006fkens":1}}"#, .init(promptTokens: 1, completionTokens: 0)),
        (#"{"x_groq":{"usage":{"prompt_tokens":3}}}"#, .init(promptTokens: 3, completionTokens: 0)),
        (#"{"usage":{"prompt_tokens":3}"#, nil),
    ]

    @Test(arguments: usageAmongOthers)
    func onlyTheUsageOfTheOutermostObjectCounts(_ body: String, _ expected: TokenUsage?) {
        let found = OpenAIDialect().usage(inDocument: Array(body.utf8), endpoint: .chatCompletions)
        #expect(found == expected)
    }

    @Test func embeddingsCountOnlyTheirPrompt() {
        let body = #"{"usage":{"prompt_tokens":4,"total_tokens":4}}"#
        #expect(
            OpenAIDialect().usage(inDocument: Array(body.utf8), endpoint: .embeddings)
                == TokenUsage(promptTokens: 4, completionTokens: 0))
    }
}
