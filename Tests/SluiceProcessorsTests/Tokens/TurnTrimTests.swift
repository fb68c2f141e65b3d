import SluiceConfig
import SluiceCore
import SluiceJSON
import SluiceProviders
import SluiceTesting
import Testing

@testable import SluiceProcessors

/// `context_window = "trim"`, with a model of which each word is a token: a message costs 4 and its words, the reply 3.
struct TurnTrimTests {
    private func sent(
        _ messages: [String], window: Int, limit: Int = 10, path: String = "/v1/chat/completions"
    ) async throws -> [String]? {
        let section = try Configuration.parse(
            "context_window = 'trim'\ncontext_window_tokens = \(window)")
        let limits = try TokenLimits(section, ProcessorEnvironment(counter: WordCounter()))
        let harness = try PipelineHarness(
            parser: OpenAIRequestParser(), processors: [limits], answering: "{}")
        let isChat = path.contains("chat")
        let list = isChat ? "messages" : "input"
        let limit = "\"max_\(isChat ? "" : "output_")tokens\":\(limit)"
        await harness.send(
            "{\"model\":\"m\",\(limit),\"\(list)\":[ \(messages.joined(separator: " , ")) ]}",
            path: path)
        guard let request = harness.transport.requests.first else {
            #expect(harness.writer.text.contains("context_length_exceeded"))
            return nil
        }
        let document = try JSONDocument(parsing: request.body.bytes)
        return document.root[list]?.elements.map { String(decoding: $0.rawBytes, as: UTF8.self) }
    }

    private func user(_ text: String) -> String { #"{"role":"user", "content":"\#(text)"}"# }
    private func assistant(_ text: String) -> String {
        #"{"role":"assistant","content":"\#(text)"}"#
    }
    private let system = #"{"role":"system","content":"be  brief"}"#
    private let call =
        #"{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}"#
    private let result = #"{"role":"tool","tool_call_id":"c","content":"sunny"}"#

    @Test func whatFitsStays() async throws {
        let messages = [system, user("a"), assistant("b"), user("c")]
        // 3 + 6 + 5 + 5 + 5, and 10 for the answer.
        #expect(try await sent(messages, window: 34) == messages)
    }

    @Test func theOldestTurnsGo() async throws {
        let messages = [system, user("a"), assistant("b"), user("c"), assistant("d"), user("e")]
        #expect(
            try await sent(messages, window: 40) == [
                system, user("c"), assistant("d"), user("e"),
            ])
        #expect(try await sent(messages, window: 24) == [system, user("e")])
        #expect(try await sent(messages, window: 23) == nil)
    }

    @Test func callsOfToolsGoWithTheirResults() async throws {
        let messages = [
            system, user("a"), call, result, assistant("b"), user("c"), call, result,
        ]
        // Of the first turn nothing stays, though less would have sufficed; of the last everything does.
        #expect(
            try await sent(messages, window: 54) == [system, user("c"), call, result])
    }

    @Test func systemMessagesStayWhereverTheyAre() async throws {
        let late = #"{"role":"developer","content":"now in French"}"#
        let messages = [assistant("hello"), user("a"), late, assistant("b"), user("c"), system]
        #expect(try await sent(messages, window: 31) == [late, user("c"), system])
    }

    @Test func whatAUserSaysInSeveralMessagesIsOneTurn() async throws {
        let messages = [user("a"), assistant("b"), user("c"), user("d")]
        #expect(try await sent(messages, window: 25) == [user("c"), user("d")])
        #expect(try await sent(messages, window: 22) == nil)
    }

    @Test func aConversationWithoutAUserIsRefused() async throws {
        #expect(try await sent([assistant("a"), assistant("b")], window: 15) == nil)
    }

    @Test func itemsOfTheResponsesAPIAreTrimmedToo() async throws {
        let call = #"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}"#
        let result = #"{"type":"function_call_output","call_id":"c","output":"sunny"}"#
        let messages = [user("a"), call, result, assistant("b"), user("c")]
        #expect(
            try await sent(messages, window: 20, path: "/v1/responses") == [user("c")])
    }

    @Test func anAnswerOfUnknownLengthGetsSomeRoom() async throws {
        let messages = [user("a b c d e f g h"), assistant("b"), user("c")]
        // 3 + 12 + 5 + 5 fit into 32, but with a quarter of that for the answer they do not.
        #expect(try await sent(messages, window: 32, limit: 0) == [user("c")])
    }

    @Test func nobodyIsFooledByAMessageThatLooksLikeAnItem() async throws {
        // As an item it would have seventy tokens, as a message it has five: dropping it does not make room for the rest.
        let trick =
            #"{"role":"user","type":"function_call","content":"a","name":"","arguments":"\#(words(70))"}"#
        let long = user(words(60))
        #expect(try await sent([trick, long], window: 70) == nil)
        let item =
            #"{"type":"reasoning","content":"a","summary":[{"type":"summary_text","text":"\#(words(90))"}]}"#
        #expect(
            try await sent([item, user("a"), assistant("b"), user(words(70))], window: 80) == nil)
    }

    @Test func elementsAddUpToTheirPrompt() throws {
        var random = SystemRandomNumberGenerator()
        let parts = [
            #""role":"user""#, #""role":"assistant""#, #""role":"tool""#, #""content":"a b c""#,
            #""content":null"#,
            #""content":[{"type":"text","text":"a b"},{"type":"text","text":"c"}]"#,
            #""content":{"text":"a b"}"#, #""Content":"a b c d""#, #""type":"function_call""#,
            #""type":"reasoning""#, #""type":5"#, #""output":"a b""#, #""output":[{"text":"a"}]"#,
            #""arguments":"a b""#, #""name":"n""#,
            #""summary":[{"type":"summary_text","text":"x y"}]"#,
            #""tool_calls":[{"function":{"name":"f","arguments":"{} {}"}}]"#,
            #""tool_call_id":"c""#,
            #""reasoning_details":[{"text":"a b c"}]"#, #""call_id":"c""#, #""id":"x""#, #""x":7"#,
        ]
        for round in 0..<3_000 {
            let form = round.isMultiple(of: 2) ? PromptForm.chat : .responses
            let messages = (0...random.next(upperBound: UInt(4))).map { _ in
                let members = (0...random.next(upperBound: UInt(5))).map { _ in
                    parts[Int(random.next(upperBound: UInt(parts.count)))]
                }
                return "{\(members.joined(separator: ","))}"
            }
            let list = form.list ?? ""
            let body = #"{"\#(list)":[\#(messages.joined(separator: ","))]}"#
            let reader = PromptReader(
                document: try JSONDocument(parsing: Array(body.utf8)), tokenizer: WordTokenizer(),
                images: ImageTokens(model: "gpt-4o"))
            let sum = reader.elements(of: form).reduce(PromptReader<WordTokenizer>.reply, +)
            #expect(reader.prompt(form).all.tokens == sum, "\(body)")
        }
    }

    private func words(_ count: Int) -> String {
        Array(repeating: "w", count: count).joined(separator: " ")
    }

    @Test(.timeLimit(.minutes(1))) func manyGapsTakeNoLongerThanOne() async throws {
        var messages: [String] = []
        for _ in 0..<20_000 { messages += [system, user("a"), assistant("b")] }
        let kept = try await sent(messages + [user("c")], window: 120_020)
        #expect(kept?.count == 20_001)
    }
}
