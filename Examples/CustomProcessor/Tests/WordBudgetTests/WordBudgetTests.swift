import Sluice
import SluiceTesting
import Testing
import WordBudget

struct WordBudgetTests {
    private static let stream = [
        #"data: {"choices":[{"index":0,"delta":{"content":"one tw"},"finish_reason":null}]}"#,
        #"data: {"choices":[{"index":0,"delta":{"content":"o"},"finish_reason":"stop"}]}"#,
        "data: [DONE]", "",
    ].joined(separator: "\n\n")

    private func makeBudget(_ words: Int) throws -> WordBudget {
        try WordBudget(Configuration.parse("max_words = \(words)"))
    }

    private func prompt(_ text: String, stream: Bool = false) -> String {
        #"{"model":"m","stream":\#(stream),"messages":[{"role":"user","content":"\#(text)"}]}"#
    }

    @Test func aPromptWithinTheBudgetPasses() async throws {
        let harness = try PipelineHarness(
            parser: OpenAIRequestParser(), processors: [makeBudget(3)], answering: #"{"id":"x"}"#)
        await harness.send(prompt("one two three"))
        #expect(harness.writer.head?.status == 200)
        #expect(harness.writer.head?.headers["x-word-budget-left"] == "0")
        #expect(harness.writer.text == #"{"id":"x"}"#)
    }

    @Test func aPromptAboveTheBudgetIsRefusedBeforeAnyProviderIsAsked() async throws {
        let harness = try PipelineHarness(
            parser: OpenAIRequestParser(), processors: [makeBudget(3)], answering: "{}")
        await harness.send(prompt("one two three four"))
        #expect(harness.writer.head?.status == 400)
        #expect(harness.writer.text.contains("word_budget_exceeded"))
        #expect(harness.transport.requests.isEmpty)
    }

    @Test func aStreamPassesUntouched() async throws {
        let harness = try PipelineHarness(
            parser: OpenAIRequestParser(), processors: [makeBudget(3)],
            transport: ScriptedTransport(type: "text/event-stream", Self.stream))
        await harness.send(prompt("one", stream: true))
        #expect(harness.writer.text == Self.stream)
    }

    @Test func itKeepsToWhatEveryProcessorMust() async throws {
        let conformance = ProcessorConformance(parser: OpenAIRequestParser())
        #expect(try await conformance.violations(of: makeBudget(1)) == [])
        #expect(try await conformance.violations(of: makeBudget(1_000)) == [])
    }

    @Test(arguments: ["max_words = 0", #"max_words = "many""#])
    func aBudgetThatMakesNoSenseIsRefused(text: String) {
        #expect(throws: ConfigurationError.self) {
            try WordBudget(Configuration.parse(text))
        }
    }
}
