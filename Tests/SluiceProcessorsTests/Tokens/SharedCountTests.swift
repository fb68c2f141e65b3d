import SluiceConfig
import SluiceCore
import SluiceWire
import Synchronization
import Testing

@testable import SluiceProcessors

/// Limits on tokens and on rates beside each other: a prompt is counted once.
struct SharedCountTests {
    private func bench(_ counter: CountingCounter, then: [any Processor] = []) throws -> LimitBench
    {
        let section = try Configuration.parse(
            "[[processors]]\ntype = \"token-limits\"\nmax_prompt_tokens = 20\nmax_completion_tokens = 30"
        ).sections("processors")[0]
        let limits = try TokenLimits(section, ProcessorEnvironment(counter: counter))
        return try LimitBench(
            "tokens_per_minute = 1000", before: [limits] + then, counter: counter)
    }

    @Test func countsOnce() async throws {
        let counter = CountingCounter()
        let bench = try bench(counter)
        await bench.send(#"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#)
        #expect(bench.status == 200)
        #expect(counter.models == ["m"])
        // Ten of the prompt, and the completion that was clamped.
        #expect(bench.field("x-ratelimit-remaining-tokens") == "960")
    }

    @Test func countsOnceAlsoWhereItTakesTime() async throws {
        let counter = CountingCounter(isSlow: true)
        let bench = try bench(counter)
        await bench.send(#"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#)
        #expect(bench.status == 200)
        #expect(counter.models == ["m"])
    }

    @Test func countsAgainForAnotherModel() async throws {
        let counter = CountingCounter()
        let bench = try bench(counter, then: [Rename(to: "other")])
        await bench.send(#"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#)
        #expect(bench.status == 200)
        #expect(counter.models == ["m", "other"])
    }
}

/// Counts ten, and remembers for which models.
private final class CountingCounter: PromptCounter {
    private let isSlow: Bool
    private let asked = Mutex<[String]>([])

    init(isSlow: Bool = false) { self.isSlow = isSlow }

    var models: [String] { asked.withLock { $0 } }

    func count(_ request: borrowing ProxyRequest) async -> PromptTokens { ten(request) }

    func countAtOnce(_ request: borrowing ProxyRequest) -> PromptTokens? {
        isSlow ? nil : ten(request)
    }

    private func ten(_ request: borrowing ProxyRequest) -> PromptTokens {
        let model = request.model ?? ""
        asked.withLock { $0.append(model) }
        return PromptTokens(count: 10, tokenizer: "ten", isExact: true)
    }
}

/// Sends requests to another model.
private struct Rename: ImmediateProcessor {
    let model: String
    init(to model: String) { self.model = model }

    func processAtOnce(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) throws -> Decision? {
        request.model = model
        return .forward
    }

    func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        request.model = model
        return .forward
    }
}
