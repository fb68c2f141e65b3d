import SluiceConfig
import SluiceCore
import SluiceJSON
import SluiceProviders
import SluiceTesting
import SluiceWire
import Testing

@testable import SluiceProcessors

/// Limits on tokens, with a model of which each word is a token.
struct TokenLimitsTests {
    private static let models = ModelTable([
        ("small", ModelFacts(contextWindow: 40, maximumCompletion: 20)),
        ("guess", ModelFacts(contextWindow: 40)),
    ])

    private func harness(_ toml: String) throws -> PipelineHarness {
        let section = try Configuration.parse(toml)
        let environment = ProcessorEnvironment(models: Self.models, counter: WordCounter())
        let limits = try TokenLimits(section, environment)
        try section.rejectUnreadKeys()
        return try PipelineHarness(
            parser: OpenAIRequestParser(), processors: [limits], answering: "{}")
    }

    private func words(_ count: Int) -> String {
        Array(repeating: "w", count: count).joined(separator: " ")
    }

    private func chat(_ count: Int, _ more: String = "", model: String = "small") -> String {
        #"{ "model":"\#(model)" ,"messages":[{"role":"user","content":"\#(words(count))"}]\#(more)}"#
    }

    /// What the upstream got, or the error that the client got.
    private func outcome(
        _ toml: String, _ body: String, path: String = "/v1/chat/completions"
    ) async throws -> String {
        let harness = try harness(toml)
        await harness.send(body, path: path)
        if let request = harness.transport.requests.first {
            return String(decoding: request.body.bytes, as: UTF8.self)
        }
        let error = try JSONDocument(parsing: Array(harness.writer.text.utf8)).root["error"]
        #expect(harness.writer.head?.status == 400)
        #expect(error?["type"]?.string == "invalid_request_error")
        return [error?["code"], error?["param"], error?["message"]].map { $0?.string ?? "-" }
            .joined(separator: ": ")
    }

    // A message costs 4 beside its words, and the reply 3.

    @Test func whatKeepsToItsLimitsStaysAsItCame() async throws {
        let toml = "max_prompt_tokens = 100\nmax_completion_tokens = 20"
        for body in [
            chat(30, #","max_tokens": 3"#), chat(10, #" , "max_completion_tokens":20 "#),
        ] {
            #expect(try await outcome(toml, body) == body)
        }
    }

    @Test func aWindowIsKeptToInOpenAIsWords() async throws {
        #expect(
            try await outcome("", chat(34))
                == "context_length_exceeded: messages: This model's maximum context length is 40 tokens. However, your messages resulted in 41 tokens. Please reduce the length of the messages."
        )
        #expect(try await outcome("", chat(33)) == chat(33))
        #expect(
            try await outcome("", chat(30, #","max_tokens":4"#))
                == "context_length_exceeded: messages: This model's maximum context length is 40 tokens. However, you requested 41 tokens (37 in the messages, 4 in the completion). Please reduce the length of the messages or completion."
        )
        let prompt = #"{"model":"small","prompt":"\#(words(39))","max_tokens":2}"#
        #expect(
            try await outcome("", prompt, path: "/v1/completions")
                == "context_length_exceeded: prompt: This model's maximum context length is 40 tokens, however you requested 41 tokens (39 in your prompt; 2 for the completion). Please reduce your prompt; or completion length."
        )
    }

    @Test func anEstimateSaysThatItIsOne() async throws {
        let message = try await outcome("", chat(34, model: "guess"))
        #expect(message.contains("resulted in an estimated 41 tokens"))
        let harness = try harness("")
        await harness.send(chat(34, model: "guess"))
        #expect(harness.record?.errorDetail == "41 prompt tokens by words, an estimate")
    }

    @Test func nothingIsHeldAgainstAWindowThatIsNotKnown() async throws {
        #expect(try await outcome("", chat(500, model: "x")) == chat(500, model: "x"))
        #expect(
            try await outcome("context_window = 'off'", chat(500)) == chat(500))
        #expect(
            try await outcome("context_window_tokens = 10", chat(5, model: "x"))
                .hasPrefix("context_length_exceeded"))
        // What the section says comes before what the model's says.
        #expect(try await outcome("context_window_tokens = 1000", chat(500)) == chat(500))
    }

    @Test func eachInputOfManyHasTheWindowForItself() async throws {
        let inputs = #"["\#(words(30))","\#(words(40))"]"#
        let body = #"{"model":"small","input":\#(inputs)}"#
        #expect(try await outcome("", body, path: "/v1/embeddings") == body)
        let longer = #"{"model":"small","input":["x","\#(words(41))"]}"#
        #expect(
            try await outcome("", longer, path: "/v1/embeddings")
                .hasPrefix("context_length_exceeded: input"))
        // A limit on the prompt is one on all of it.
        #expect(
            try await outcome("max_prompt_tokens = 60", body, path: "/v1/embeddings")
                .contains("resulted in 70 tokens"))
    }

    @Test func anErrorSaysWhatTheClientAskedFor() async throws {
        // The model's maximum of 20 comes first.
        #expect(
            try await outcome("", chat(30, #","max_tokens":25"#))
                .contains("you requested 62 tokens (37 in the messages, 25 in the completion)"))
    }

    @Test func anErrorSpeaksOfWhatTheRequestHas() async throws {
        let toml = "max_prompt_tokens = 2"
        for (body, path, name) in [
            (#"{"model":"x","prompt":"w w w"}"#, "/v1/completions", "prompt"),
            (#"{"model":"x","input":"w w w"}"#, "/v1/embeddings", "input"),
        ] {
            let error = try await outcome(toml, body, path: path)
            #expect(error.contains("your \(name) resulted in 3 tokens"))
            #expect(error.hasSuffix("Please reduce the length of the \(name)."))
        }
    }

    @Test func aPromptMayHaveAMaximum() async throws {
        #expect(
            try await outcome("max_prompt_tokens = 10", chat(4))
                == "context_length_exceeded: messages: The maximum prompt length here is 10 tokens. However, your messages resulted in 11 tokens. Please reduce the length of the messages."
        )
        #expect(try await outcome("max_prompt_tokens = 10", chat(3)) == chat(3))
    }

    @Test(arguments: [
        // Shortened.
        (#","max_tokens":50"#, #","max_tokens":5"#),
        (#","max_completion_tokens":50,"x":1"#, #","max_completion_tokens":5,"x":1"#),
        // Given where the request says nothing.
        ("", #","max_tokens":5"#),
        (#","max_tokens":null"#, #","max_tokens":5"#),
        // Left alone.
        (#","max_tokens":4"#, #","max_tokens":4"#),
        // The provider's to refuse.
        (#","max_tokens":"x""#, #","max_tokens":5"#),
    ])
    func aCompletionIsClamped(given: String, sent: String) async throws {
        #expect(
            try await outcome("max_completion_tokens = 5", chat(1, given)) == chat(1, sent))
    }

    @Test func aCompletionThatIsTooLongMayBeRefused() async throws {
        let toml = "max_completion_tokens = 5\ncompletion = 'reject'"
        #expect(
            try await outcome(toml, chat(1, #","max_tokens":6"#))
                == "invalid_value: max_tokens: max_tokens is too large: 6. This gateway allows at most 5 completion tokens, whereas you provided 6."
        )
        #expect(
            try await outcome("completion = 'reject'", chat(1, #","max_tokens":21"#))
                .contains("This model supports at most 20 completion tokens"))
        #expect(
            try await outcome(toml, chat(1, #","max_tokens":5"#)) == chat(1, #","max_tokens":5"#))
        #expect(try await outcome(toml, chat(1)) == chat(1, #","max_tokens":5"#))
    }

    @Test func aModelsOwnMaximumIsNotWrittenIn() async throws {
        #expect(try await outcome("", chat(1)) == chat(1))
        #expect(
            try await outcome("", chat(1, #","max_tokens":21"#)) == chat(1, #","max_tokens":20"#))
    }

    @Test(arguments: [
        ("/v1/chat/completions", "o3-mini", "max_completion_tokens"),
        ("/v1/chat/completions", "gpt-5-nano", "max_completion_tokens"),
        ("/v1/chat/completions", "small", "max_tokens"),
        ("/v1/completions", "small", "max_tokens"),
        ("/v1/responses", "gpt-5", "max_output_tokens"),
    ])
    func theLimitHasTheNameThatTheModelKnows(
        path: String, model: String, name: String
    ) async throws {
        for given in ["max_output_tokens", "max_tokens", "max_completion_tokens"] {
            let body =
                #"{"model":"\#(model)","input":"x","prompt":"x","messages":[],"\#(given)":9}"#
            let sent = try JSONDocument(
                parsing: Array(try await outcome("", body, path: path).utf8))
            let names = sent.root.members.map(\.key).filter { $0.hasPrefix("max_") }
            let expected =
                given == "max_completion_tokens" && model == "small" && path.contains("chat")
                ? given : name
            #expect(names == [expected])
            #expect(sent.root[expected]?.int == 9)
        }
    }

    @Test func ofTwoLimitsTheLesserHolds() async throws {
        let body = chat(1, #","max_tokens":9,"max_completion_tokens":7"#)
        #expect(try await outcome("", body) == chat(1, #","max_completion_tokens":7"#))
    }

    @Test(arguments: [
        #","max_tokens":900,"max_tokens":5"#, #","max_tokens":5,"Max_Tokens":900"#,
        #","MAX_TOKENS":900"#, #","max_to\u212Aens":900"#,
        #","max_to\u006bens":900,"max_tokens":5"#,
        #","max_tokens":900,"max_tokens":null"#,
    ])
    func noReaderFindsAnotherLimitThanTheOneThatHolds(given: String) async throws {
        #expect(
            try await outcome("max_completion_tokens = 5", chat(1, given))
                == chat(1, #","max_tokens":5"#))
    }

    @Test func aCompletionIsClampedToWhatTheWindowLeaves() async throws {
        let toml = "context_window = 'clamp'"
        #expect(
            try await outcome(toml, chat(30, #","max_tokens":9"#))
                == chat(30, #","max_tokens":3"#))
        #expect(try await outcome(toml, chat(30)) == chat(30))
        // Where nothing is left it is refused.
        #expect(
            try await outcome(toml, chat(33, #","max_tokens":9"#))
                .hasPrefix("context_length_exceeded"))
    }

    @Test func limitsAreForTheirModelsAndRoutesAlone() async throws {
        let toml = "max_prompt_tokens = 1\nmodels = ['sm*']\nroutes = ['/v1/chat/completions']"
        #expect(try await outcome(toml, chat(1)).hasPrefix("context_length_exceeded"))
        #expect(try await outcome(toml, chat(1, model: "x")) == chat(1, model: "x"))
        let body = #"{"model":"small","prompt":"a b c"}"#
        #expect(try await outcome(toml, body, path: "/v1/completions") == body)
        #expect(try await outcome(toml, body, path: "/v1/moderations") == body)
    }

    @Test(arguments: [
        ("max_prompt_tokens = 0", "must be at least 1"), ("completion = 'cut'", "one of"),
        ("context_window = 5", "one of"), ("routes = ['/v1/files']", "no route with a prompt"),
        ("models = ['a*b']", "only '*' at the end"), ("max_tokens = 5", "unknown key"),
        ("context_window = 'off'\ncontext_window_tokens = 5", "has no meaning"),
    ])
    func wrongSectionsAreRefused(toml: String, complaint: String) {
        let error = #expect(throws: (any Error).self) { try harness(toml) }
        #expect(error.map { "\($0)" }?.contains(complaint) == true)
    }

    @Test func itKeepsToWhatEveryProcessorMustKeepTo() async throws {
        let section = try Configuration.parse("max_prompt_tokens = 9")
        let limits = try TokenLimits(section, ProcessorEnvironment(counter: WordCounter()))
        let conformance = ProcessorConformance(parser: OpenAIRequestParser(), bodies: [chat(20)])
        #expect(try await conformance.violations(of: limits) == [])
    }
}
