import SluiceConfig
import SluiceCore
import SluiceProviders
import SluiceTesting
import Testing

@testable import SluiceProcessors

/// Numbers in requests that nobody means well with.
struct ClientNumberTests {
    private func outcome(
        _ toml: String, _ body: String, path: String = "/v1/chat/completions"
    ) async throws -> String {
        let models = ModelTable([(name: "*", facts: ModelFacts(contextWindow: 40))])
        let limits = try TokenLimits(
            Configuration.parse(toml), ProcessorEnvironment(models: models, counter: WordCounter()))
        let harness = try PipelineHarness(
            parser: OpenAIRequestParser(), processors: [limits], answering: "{}")
        await harness.send(body, path: path)
        guard let sent = harness.transport.requests.first else { return harness.writer.text }
        return String(decoding: sent.body.bytes, as: UTF8.self)
    }

    private static let huge = ["9223372036854775807", "1e18", "1e400", "\"9223372036854775807\""]

    @Test(arguments: huge, ["reject", "clamp", "trim", "off"])
    func theLargestNumbersAreHeldAgainstTheWindow(number: String, policy: String) async throws {
        let body =
            #"{"model":"m","max_tokens":\#(number),"messages":[{"role":"user","content":"a"}]}"#
        let outcome = try await outcome("context_window = '\(policy)'", body)
        switch policy {
        case "clamp": #expect(outcome.contains(#""max_tokens":32"#))
        case "off": #expect(outcome == body)
        default: #expect(outcome.contains("context_length_exceeded"))
        }
    }

    @Test(arguments: huge)
    func embeddingsHaveNoCompletion(number: String) async throws {
        let body = #"{"model":"m","max_tokens":\#(number),"input":"a"}"#
        #expect(try await outcome("", body, path: "/v1/embeddings") == body)
    }

    @Test(arguments: ["\"50\"", "50.0", "5e1", "49.5", "\"50.0\""])
    func numbersAreReadAsTheMostLenientProviderWould(number: String) async throws {
        let body = #"{"model":"m","messages":[],"max_tokens":\#(number)}"#
        #expect(
            try await outcome("max_completion_tokens = 5", body)
                == #"{"model":"m","messages":[],"max_tokens":5}"#)
    }
}
