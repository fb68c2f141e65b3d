import SluiceCore
import SluiceWire
import Testing

@testable import SluiceProviders

struct StreamReaderTests {
    private func chunk(_ choices: String, _ more: String = "") -> String {
        #"data: {"id":"c","object":"chat.completion.chunk","choices":[\#(choices)]\#(more)}"#
            + "\n\n"
    }

    private func facts(_ stream: String) -> ([EventFacts], TokenUsage?) {
        var reader = OpenAIStreamReader()
        return (read(stream, by: &reader), reader.usage)
    }

    private func choice(_ index: Int, finish: String = "null") -> String {
        #"{"index":\#(index),"delta":{"content":"x"},"finish_reason":\#(finish)}"#
    }

    @Test func ordinaryEventsSayNothing() {
        let all = facts(chunk(choice(0)) + chunk(choice(0)) + ": ping\n\n").0
        #expect(all == [[], [], []])
    }

    @Test(arguments: [
        "data: [DONE]\n\n", "data:[DONE]\n\n", "data: [DONE]\r\n\r\n",
        "event: done\ndata: [DONE]\n\n", "id: 7\ndata: [DONE]\n\n",
        ": \"end\"\ndata: [DONE]\n\n", "data: [DONE]\n: {\"id\":1}\n\n",
        ": {\"usage\":null}\r\ndata: [DONE]\r\n\r\n",
    ])
    func doneIsTheLast(_ event: String) {
        #expect(facts(event).0 == [[.terminal, .last]])
    }

    @Test func aFinishReasonEndsTheStream() {
        #expect(
            facts(chunk(choice(0)) + chunk(choice(0, finish: "\"stop\""))).0 == [[], .terminal])
    }

    @Test func everyChoiceHasToFinish() {
        let stream =
            chunk(choice(0)) + chunk(choice(1)) + chunk(choice(2))
            + chunk(choice(1, finish: "\"stop\"")) + chunk(choice(0, finish: "\"length\""))
            + chunk(choice(2, finish: "\"stop\""))
        #expect(facts(stream).0 == [[], [], [], [], [], .terminal])
    }

    @Test func theIndexOfAToolCallIsNoChoice() {
        let call =
            #"{"index":0,"delta":{"tool_calls":[{"index":3,"function":{"arguments":"{"}}]},"finish_reason":null}"#
        let stream = chunk(call) + chunk(choice(0, finish: "\"tool_calls\""))
        #expect(facts(stream).0 == [[], .terminal])
    }

    @Test(arguments: [
        (
            #""prompt_tokens":3,"completion_tokens":2"#,
            TokenUsage(promptTokens: 3, completionTokens: 2)
        ),
        (
            #""prompt_tokens":3,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1},"completion_tokens_details":{"reasoning_tokens":2}"#,
            TokenUsage(promptTokens: 3, completionTokens: 2, cachedTokens: 1, reasoningTokens: 2)
        ),
        (
            #""prompt_tokens":3,"completion_tokens":null,"prompt_tokens_details":null"#,
            TokenUsage(promptTokens: 3, completionTokens: 0)
        ),
        (
            #""prompt_tokens":9,"completion_tokens":1,"prompt_cache_hit_tokens":4"#,
            TokenUsage(promptTokens: 9, completionTokens: 1, cachedTokens: 4)
        ),
    ])
    func usageIsRead(_ members: String, _ usage: TokenUsage) {
        #expect(facts(chunk("", #","usage":{\#(members)}"#)) == ([.usageOnly], usage))
        #expect(
            facts(chunk(choice(0, finish: "\"stop\""), #", "usage" : {\#(members)}"#)) == (
                [.terminal], usage
            ))
        #expect(facts(chunk(choice(0), #","x_groq":{"usage":{\#(members)}}"#)) == ([[]], usage))
    }

    @Test(arguments: [#","usage":null"#, #","usage" : null"#, #","usage":{}"#, ""])
    func noUsageIsNone(_ member: String) {
        #expect(facts(chunk(choice(0), member)) == ([[]], nil))
        #expect(facts(chunk("", member)) == ([[]], nil))
    }

    @Test func theLastUsageCounts() {
        let stream = (1...3).map { count in
            chunk(choice(0), #","usage":{"prompt_tokens":5,"completion_tokens":\#(count)}"#)
        }.joined()
        #expect(facts(stream).1 == TokenUsage(promptTokens: 5, completionTokens: 3))
    }

    @Test(arguments: [
        "data: {\"error\":{\"message\":\"x\"}}\n\n", "data: {\"error\" : \"x\"}\n\n",
        "event: error\ndata: {\"message\":\"x\"}\n\n",
        "event:error\r\ndata: {\"message\":\"x\"}\r\n\r\n",
        "id: 7\nevent: error\ndata: {\"message\":\"x\"}\n\n",
        "data: {\"message\":\"x\"}\nevent: error\n\n",
        "data: {\"message\":\"x\"}\r\nevent: error\r\n: {}\r\n\r\n",
        "data: {\"message\":\nevent: error\ndata: \"x\"}\n\n",
        ": ping\nretry: 1\nevent: error\ndata: overloaded\n\n",
    ])
    func anErrorOfTheProviderEndsTheStream(_ event: String) {
        #expect(facts(event).0 == [[.error, .terminal, .last]])
    }

    @Test(arguments: [
        "data: {\"message\":\"event: error\"}\n\n", "event: errors\ndata: {\"message\":\"x\"}\n\n",
        "data: {\"message\":\"x\"}\nid: error\n\n", ": event: error\ndata: {\"a\":1}\n\n",
        "event: error\n\n",
    ])
    func anEventOfAnotherTypeIsNoError(_ event: String) {
        #expect(facts(event).0 == [[]])
    }

    @Test(arguments: [
        #"{"index":0,"delta":{"content":"\"error\": {\"usage\":1} \"finish_reason\":\"x\""},"finish_reason":null}"#,
        #"{"index":0,"delta":{"content":"error"},"finish_reason":null}"#,
        #"{"index":0,"delta":{"error":{"a":1}},"finish_reason":null}"#,
        #"{"index":0,"delta":{"content":"[DONE]"},"finish_reason":null}"#,
    ])
    func wordsInsideTheContentMeanNothing(_ choice: String) {
        #expect(facts(chunk(choice)) == ([[]], nil))
    }

    @Test func anErrorThatIsNullIsNone() {
        #expect(facts(chunk(choice(0), #","error":null"#)).0 == [[]])
    }

    @Test func dataOverSeveralLinesIsRead() {
        let stream = "data: {\"choices\":[],\ndata: \"usage\":{\"prompt_tokens\":1}}\n\n"
        #expect(facts(stream) == ([.usageOnly], TokenUsage(promptTokens: 1, completionTokens: 0)))
    }

    /// The letters' positions against each other and the vector's edges must not matter.
    @Test func aMemberIsFoundAtEveryOffset() {
        for padding in 0..<64 {
            let filler = String(repeating: "a", count: padding)
            let stream = chunk(
                #"{"index":0,"delta":{"content":"\#(filler)"},"finish_reason":"stop"}"#)
            #expect(facts(stream).0 == [.terminal], "padding \(padding)")
        }
    }

    // MARK: Responses

    @Test(
        arguments: [
            ("completed", [.terminal, .last]), ("incomplete", [.terminal, .last]),
            ("cancelled", [.terminal, .last]), ("failed", [.error, .terminal, .last]),
            ("in_progress", []), ("output_text.delta", []),
        ] as [(String, EventFacts)])
    func aResponsesLastEventIsKnown(_ name: String, _ expected: EventFacts) {
        let data =
            #"data: {"type":"response.\#(name)","sequence_number":4,"response":{"usage":null}}"#
        for event in [
            "event: response.\(name)\n\(data)\n\n", "\(data)\n\n",
            "event: response.\(name)\r\n\(data)\r\n\r\n",
        ] {
            var reader = ResponsesStreamReader()
            #expect(read(event, by: &reader) == [expected])
        }
    }

    @Test(arguments: [
        "event: error\ndata: {\"type\":\"error\",\"message\":\"x\"}\n\n",
        "data: {\"type\":\"error\",\"message\":\"x\"}\n\n",
        "event: error\r\ndata: {\"error\":{}}\r\n\r\n",
        "data: {\"message\":\"x\"}\nevent: error\n\n",
        "id: 1\nevent:error\ndata: {\"message\":\"x\"}\n\n",
        "event: error\ndata: overloaded\n\n",
    ])
    func aResponsesErrorEndsTheStream(_ event: String) {
        var reader = ResponsesStreamReader()
        #expect(read(event, by: &reader) == [[.error, .terminal, .last]])
    }

    @Test func aResponsesUsageIsRead() {
        var reader = ResponsesStreamReader()
        _ = read(
            "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":9,\"input_tokens_details\":{\"cached_tokens\":4},\"output_tokens\":3,\"output_tokens_details\":{\"reasoning_tokens\":2}}}}\n\n",
            by: &reader)
        #expect(
            reader.usage
                == TokenUsage(
                    promptTokens: 9, completionTokens: 3, cachedTokens: 4, reasoningTokens: 2))
    }

    @Test func aStreamOfAnotherPathIsNotHeldToAnEnd() {
        var reader = OpenAIDialect().makeStreamReader(for: .other("audio"))
        let facts = reader.read(Array("data: {}\n\n".utf8).span)
        #expect(facts == .terminal)
    }
}
