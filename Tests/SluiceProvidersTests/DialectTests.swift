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
            (400, "invalid_json", "invalid_request_error", nil),
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

    /// What stands behind `"usage":`, and whether it is plain enough to be read in place.
    static let usageObjects: [(String, TokenUsage?, isPlain: Bool)] = [
        (
            #"{"prompt_tokens":72,"completion_tokens":29,"total_tokens":101,"prompt_tokens_details":{"cached_tokens":5}},"system_fingerprint":"fp_1","service_tier":null}"#,
            .init(promptTokens: 72, completionTokens: 29, cachedTokens: 5), true
        ),
        (
            " {\n \"input_tokens\" : 1 ,\t\"output_tokens\": 2,\r\n\"output_tokens_details\" : { \"reasoning_tokens\" : 3 } } , \"a\" : true , \"b\" : 1.5 } \n",
            .init(promptTokens: 1, completionTokens: 2, reasoningTokens: 3), true
        ),
        (
            #"{"prompt_tokens":4,"cost":0.25,"prompt_cache_hit_tokens":3,"cost_details":{"upstream":null}}}"#,
            .init(promptTokens: 4, completionTokens: 0, cachedTokens: 3), true
        ),
        (#"{"prompt_tokens":0}}"#, .init(promptTokens: 0, completionTokens: 0), true),
        (
            #"{"prompt_tokens":1,"prompt_tokens":2}}"#,
            .init(promptTokens: 2, completionTokens: 0), true
        ),
        (
            #"{"completion_tokens":1,"prompt_tokens":2,"prompt_tokens":null}}"#,
            .init(promptTokens: 0, completionTokens: 1), true
        ),
        (
            #"{"prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":4},"prompt_tokens_details":{}}}"#,
            .init(promptTokens: 1, completionTokens: 0), true
        ),
        (
            #"{"prompt_tokens":1,"prompt_tokens_details":7,"completion_tokens":{"a":1}}}"#,
            .init(promptTokens: 1, completionTokens: 0), true
        ),
        (
            #"{"prompt_tokens":1,"prompt_tokens_details":{"audio_tokens":9,"cached_tokens":"x"}}}"#,
            .init(promptTokens: 1, completionTokens: 0), true
        ),
        (#"{"prompt_tokens":5.0}}"#, .init(promptTokens: 5, completionTokens: 0), false),
        (#"{"prompt_tokens":1e2}}"#, .init(promptTokens: 100, completionTokens: 0), false),
        (
            #"{"prompt_tokens":-3,"completion_tokens":1}}"#,
            .init(promptTokens: 0, completionTokens: 1), false
        ),
        (#"{"prompt_tokens":9223372036854775807}}"#, nil, false),
        (
            #"{"prompt_tokens":99999999999999999999,"completion_tokens":1}}"#,
            .init(promptTokens: 0, completionTokens: 1), false
        ),
        (
            #"{"prompt_tokens":1,"prompt\u005ftokens":2}}"#,
            .init(promptTokens: 2, completionTokens: 0), false
        ),
        (
            #"{"prompt_tokens":1},"us\u0061ge":{"prompt_tokens":2}}"#,
            .init(promptTokens: 2, completionTokens: 0), false
        ),
        (
            #"{"prompt_tokens":1,"a":[1],"b":{"c":{}}},"d":[]}"#,
            .init(promptTokens: 1, completionTokens: 0), false
        ),
        (#"{"prompt_tokens":1},"a":"żółw"}"#, .init(promptTokens: 1, completionTokens: 0), false),
        (#"{"prompt_tokens":01}}"#, nil, false),
        (#"{"prompt_tokens":1,}}"#, nil, false),
        (#"{"prompt_tokens":1}},"#, nil, false),
        (#"{"prompt_tokens":1}"#, nil, false),
        (#"{"prompt_tokens":1.}}"#, nil, false),
        (#"{"prompt_tokens":1},}"#, nil, false),
        (#"{"prompt_tokens":1},"a":}"#, nil, false),
        (#"{"prompt_tokens":1},"a":nul}"#, nil, false),
        (#"{"prompt_tokens":1},"a"#, nil, false),
        (#"{}}"#, nil, false), (#"null}"#, nil, false), (#"{"#, nil, false), ("", nil, false),
    ]

    @Test(arguments: usageObjects)
    func usageIsReadAlikeInPlaceAndFromTheDocument(
        _ rest: String, _ expected: TokenUsage?, _ isPlain: Bool
    ) {
        let front = #"{"choices":[{"message":"x"}],"#
        let bytes = Array((front + #""usage":"# + rest).utf8)
        let found = OpenAIDialect().usage(inDocument: bytes, endpoint: .chatCompletions)
        #expect(found == expected)
        let inPlace = UsageScan.usage(in: bytes.span, at: front.utf8.count)
        #expect(inPlace == (isPlain ? expected : nil))
    }

    @Test func usageInPlaceIsNeverMoreThanTheDocumentSays() throws {
        let text =
            #"{"a":1,"usage":{"prompt_tokens":7,"x":{"cached_tokens":1.5},"completion_tokens_details":{"reasoning_tokens":2}},"b":null}"#
        let replacements = Array("\"{}[]:,.0e-\\ n\u{1}".utf8) + [0xC3]
        for position in 14..<text.utf8.count {
            for byte in replacements {
                var bytes = Array(text.utf8)
                bytes[position] = byte
                guard let found = UsageScan.usage(in: bytes.span, at: 7) else { continue }
                let rest = Array("{".utf8) + bytes[7...]
                let root = try JSONDocument(parsing: rest).root
                #expect(TokenUsage(openAI: root["usage"]) == found)
            }
        }
    }

    @Test func embeddingsCountOnlyTheirPrompt() {
        let body = #"{"usage":{"prompt_tokens":4,"total_tokens":4}}"#
        #expect(
            OpenAIDialect().usage(inDocument: Array(body.utf8), endpoint: .embeddings)
                == TokenUsage(promptTokens: 4, completionTokens: 0))
    }
}
