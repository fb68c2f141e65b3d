import SluiceCore
import SluiceTesting
import SluiceWire
import Synchronization
import Testing

/// Counts that take too long for a loop.
struct LongCountTests {
    private func bench(
        prompts: any PromptCounter = SevenTokens(), _ steps: StepTransport.Step...
    ) -> Bench {
        let bench = Bench()
        bench.transport.answers = [steps]
        bench.accounting = UsageAccounting(prompts: prompts, texts: SlowWords())
        return bench
    }

    private func check(_ bench: Bench, _ completion: Int, _ source: UsageSource, prompt: Int = 7) {
        let expected = TokenUsage(promptTokens: prompt, completionTokens: completion)
        #expect(bench.record?.usage == expected)
        #expect(bench.record?.usageSource == source)
        #expect(bench.writer.isOver)
    }

    @Test func theRecordWaitsForThem() async {
        let bench = bench(.streamHead, .bytes(chunk("one two") + last + done))
        await bench.send(streaming)
        check(bench, 2, .counted)
        #expect(bench.writer.isEnded)
    }

    @Test func aClientThatLeftIsRecordedWithThem() async {
        let bench = bench()
        bench.script(
            .streamHead, .bytes(chunk("one two")), .act { [unowned bench] in bench.writer.leave() })
        await bench.send(streaming)
        #expect(bench.record?.outcome == "client_gone")
        check(bench, 2, .counted)
    }

    @Test func theHeadOfAWholeAnswerWaitsForThem() async {
        let whole = #"{"choices":[{"message":{"content":"one two"}}]}"#
        let bench = bench(.head(200), .bytes(whole))
        await bench.send(plain)
        check(bench, 2, .counted)
        #expect(bench.writer.head?.headers["x-sluice-usage-source"] == "counted")
        #expect(bench.writer.text == whole)
    }

    @Test func stagesHearOfTheEndOnceAndWithTheCount() async {
        let log = Log()
        let bench = bench(.streamHead, .bytes(chunk("one two") + last + done))
        bench.processors = [Traced("p", log)]
        await bench.send(streaming)
        #expect(log.lines.filter { $0.contains("finish") } == ["p finish completed"])
    }

    /// Two hundred thousand bytes are kept, and counted with all that stands in them.
    @Test func longStreamsAreCountedWhole() async {
        let words = String(repeating: "word \\u00e9t\\u00e9 ", count: 1_000)
        let events = (0..<12).map { _ in StepTransport.Step.bytes(chunk(words)) }
        let bench = Bench()
        bench.transport.answers = [[.streamHead] + events + [.bytes(last + done)]]
        bench.accounting = UsageAccounting(prompts: SevenTokens(), texts: SlowWords())
        await bench.send(streaming)
        check(bench, 24_000, .counted)
    }

    @Test func whatIsBeyondTheLimitIsEstimated() async {
        let words = String(repeating: "word ", count: 20_000)
        let events = (0..<20).map { _ in StepTransport.Step.bytes(chunk(words)) }
        let bench = Bench()
        bench.transport.answers = [[.streamHead] + events + [.bytes(last + done)]]
        bench.accounting = UsageAccounting(prompts: SevenTokens(), texts: SlowWords())
        await bench.send(streaming)
        #expect(bench.record?.usageSource == .estimated)
        #expect(bench.record?.usage?.completionTokens == 400_000)
    }

    @Test func oneEventBeyondTheLimitIsEstimated() async {
        let bench = bench(
            .streamHead, .bytes(chunk(String(repeating: "word ", count: 240_000)) + last + done))
        await bench.send(streaming)
        check(bench, 300_000, .estimated)
    }

    /// A drain waits for the record of a client that leaves while its answer is counted.
    @Test func anExchangeThatIsCountedEndsSoon() async {
        let bench = Bench()
        bench.script(.head(200), .bytes(#"{"choices":[{"message":{"content":"one two"}}]}"#))
        var endedSoon = false
        bench.accounting = UsageAccounting(
            prompts: SevenTokens(),
            texts: SlowWords { [unowned bench] in
                bench.writer.leave()
                endedSoon = bench.exchange?.endsSoon == true
            })
        await bench.send(plain)
        #expect(endedSoon)
        #expect(bench.record?.outcome == "client_gone")
        check(bench, 2, .counted)
    }

    @Test func thePromptOfALargeRequestIsCounted() async {
        let bench = bench(
            prompts: SlowSeven(), .streamHead, .bytes(chunk("one two") + last + done))
        await bench.send(Self.request(ofBytes: 200_000))
        check(bench, 2, .counted)
    }

    @Test func thePromptOfAHugeRequestIsEstimated() async {
        let bench = bench(
            prompts: SlowSeven(), .streamHead, .bytes(chunk("one two") + last + done))
        let request = Self.request(ofBytes: 2_000_000)
        await bench.send(request)
        check(bench, 2, .estimated, prompt: request.utf8.count / 4)
    }

    @Test func whatAProcessorHasCountedIsNotCountedAgain() async {
        let counter = CountedCounts()
        let bench = bench(
            prompts: counter, .streamHead, .bytes(chunk("one two") + last + done))
        bench.processors = [Notes(count: 9)]
        await bench.send(Self.request(ofBytes: 2_000_000))
        check(bench, 2, .counted, prompt: 9)
        await bench.send(streaming)
        check(bench, 2, .counted, prompt: 9)
        #expect(counter.counts == 0)
    }

    @Test func whatAProcessorChangesAfterwardsIsCountedAgain() async {
        let counter = CountedCounts()
        let bench = bench(
            prompts: counter, .streamHead, .bytes(chunk("one two") + last + done))
        bench.processors = [
            Notes(count: 9),
            Traced {
                $0.processes = { request in
                    request.model = "other"
                    return .forward
                }
            },
        ]
        await bench.send(streaming)
        check(bench, 2, .counted, prompt: 7)
        #expect(counter.counts == 1)
    }

    private static func request(ofBytes size: Int) -> String {
        let text = String(repeating: "a", count: size)
        return #"{"model":"m","stream":true,"messages":[{"role":"user","content":"\#(text)"}]}"#
    }
}

/// Counts words, and never at once.
struct SlowWords: TextCounter {
    // Safety: the bench does all in one task.
    nonisolated(unsafe) var meanwhile: () -> Void = {}

    func count(_ text: [UInt8], model: String) async -> (count: Int, isExact: Bool) {
        await Task.yield()
        meanwhile()
        return await Words().count(text, model: model)
    }

    func countAtOnce(
        _ text: Span<UInt8>, model: String
    ) -> (count: Int, isExact: Bool)? { nil }
}

/// Counts seven, and never at once.
private struct SlowSeven: PromptCounter {
    func count(_ request: borrowing ProxyRequest) async -> PromptTokens {
        PromptTokens(count: 7, tokenizer: "t", isExact: true)
    }
}

/// Counts seven, and how often.
private final class CountedCounts: PromptCounter {
    private let number = Mutex(0)
    var counts: Int { number.withLock { $0 } }

    func count(_ request: borrowing ProxyRequest) async -> PromptTokens {
        number.withLock { $0 += 1 }
        return PromptTokens(count: 7, tokenizer: "t", isExact: true)
    }
}

/// Tells what it has counted.
private struct Notes: Processor {
    let count: Int

    func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        context.note(PromptTokens(count: count, tokenizer: "t", isExact: true), of: request)
        return .forward
    }
}
