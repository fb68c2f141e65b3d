import Logging
import SluiceConfig
import SluiceCore
import SluiceProviders
import SluiceTesting
import SluiceWire
import Synchronization

@testable import SluiceProcessors

/// A pipeline with `rate-limits`, a store that tells what it heard, and a clock that stands still.
final class LimitBench {
    let store = WatchedStore()
    let transport: ScriptedTransport
    let sink = RecordingSink()
    private(set) var writer = RecordingWriter()
    private let pipeline: Pipeline
    var leavesAfterFirstBytes = false
    /// The client closes its connection before the provider is done.
    var leavesAtEnd = false
    /// A stream that its provider has not begun gets a heartbeat.
    var beatsBeforeHead = false

    /// - Parameters:
    ///   - prices: money for a million prompt tokens; completions cost twice as much.
    ///   - then: a further section.
    ///   - models: that the provider serves; nil for any.
    ///   - before: comes before the limits.
    ///   - counter: counts prompts; without one each has ten tokens.
    init(
        _ keys: String, then: String? = nil, prices: Double? = nil,
        models: [String]? = nil, before: [any Processor] = [], counter: (any PromptCounter)? = nil,
        answers: [[ScriptedTransport.Step]] = [
            [.head(RateLimitTests.json(200)), .bytes(Array(RateLimitTests.answer.utf8))]
        ]
    ) throws {
        let sections = try Configuration.parse(
            "[[processors]]\ntype = \"rate-limits\"\n" + keys + "\n" + (then ?? "")
        ).sections("processors")
        let table = prices.map {
            [("m", ModelFacts(prices: TokenPrices(input: $0, cachedInput: $0, output: $0 * 2)))]
        }
        transport = ScriptedTransport(answers)
        let provider = ConfiguredProvider(
            name: "scripted", dialect: ScriptedProvider(), urls: try ScriptedURL(), tokens: nil,
            models: models)
        pipeline = Pipeline(
            parsers: [OpenAIRequestParser()],
            processors: before + (try sections.map { try RateLimits($0) }),
            routes: Routes(providers: [provider], defaultProvider: nil), records: sink,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            accounting: UsageAccounting(
                models: ModelTable((table ?? []).map { (name: $0.0, facts: $0.1) }),
                prompts: counter ?? TenTokens(), texts: Words()),
            limitStore: store)
    }

    @discardableResult
    func send(
        _ body: String, path: String = "/v1/chat/completions", method: HTTPMethod = .post,
        type: String = "application/json", client: String = "127.0.0.1",
        headers: HeaderFields = HeaderFields()
    ) async -> Outcome? {
        writer = RecordingWriter()
        let tasks = InlineTasks()
        let services = LoopServices(
            transport: LeavingTransport(
                transport, leavesAfterFirstBytes || leavesAtEnd ? writer : nil, atEnd: leavesAtEnd,
                beating: beatsBeforeHead ? writer : nil),
            clock: ManualClock(), fetcher: SluiceTesting.NoFetcher(), spawn: tasks.spawn)
        var headers = headers
        headers.append(.contentType, type)
        let exchange = Exchange(
            RequestHead(method: method, path: path, headers: headers),
            body: ScriptedBody([Array(body.utf8)]), id: "req_test", client: client,
            startedAt: 0, writer: writer, services: services, pipeline: pipeline)
        writer.exchange = exchange
        exchange.start()
        await tasks.run()
        return exchange.outcome
    }

    func advance(_ duration: Duration) { store.clock.advance(duration) }

    var status: Int? { writer.head?.status }
    var text: String { writer.text }
    var record: AccessRecord? { sink.records.last }
    func field(_ name: HeaderName) -> String? { writer.head?.headers[name] }
}

/// Every prompt has ten tokens.
private struct TenTokens: PromptCounter {
    private var tokens: PromptTokens { PromptTokens(count: 10, tokenizer: "ten", isExact: true) }
    func count(_ request: borrowing ProxyRequest) async -> PromptTokens { tokens }
    func countAtOnce(_ request: borrowing ProxyRequest) -> PromptTokens? { tokens }
}

/// Every word is a token.
private struct Words: TextCounter {
    func count(_ text: [UInt8], model: String) async -> (count: Int, isExact: Bool) {
        words(text.span)
    }

    func countAtOnce(
        _ text: Span<UInt8>, model: String
    ) -> (count: Int, isExact: Bool)? { words(text) }

    private func words(_ text: Span<UInt8>) -> (count: Int, isExact: Bool) {
        var (words, isInWord) = (0, false)
        for index in text.indices {
            let isSpace = text[index] == UInt8(ascii: " ")
            if !isSpace, !isInWord { words += 1 }
            isInWord = !isSpace
        }
        return (words, true)
    }
}

/// A clock for stores.
final class StoreClock: Sendable {
    private let time = Mutex(1_000_000_000_000)

    func advance(_ duration: Duration) {
        time.withLock { $0 += Int(duration.nanoseconds / 1_000_000) }
    }

    var now: (steady: Int, wall: Int) { time.withLock { ($0, $0) } }
}

/// Counts in memory, and remembers what it was told.
final class WatchedStore: LimitStore {
    let clock = StoreClock()
    private let memory: MemoryLimitStore
    private let heard = Mutex(
        (keys: [String](), settlements: [(tokens: Int, cost: Money)](), failure: Bool?.none))

    init() {
        let clock = clock
        memory = MemoryLimitStore { clock.now }
    }

    var keys: [String] { heard.withLock { $0.keys } }
    var settlements: [(tokens: Int, cost: Money)] { heard.withLock { $0.settlements } }
    /// Set where it cannot be asked: whether requests go on.
    var failure: Bool? {
        get { heard.withLock { $0.failure } }
        set { heard.withLock { $0.failure = newValue } }
    }
    var failsOpen: Bool { failure ?? false }

    func reserve(_ demand: LimitDemand) async throws -> LimitAnswer {
        if failure != nil { throw LimitStoreUnavailable("test") }
        heard.withLock { $0.keys.append(demand.key) }
        return try await memory.reserve(demand)
    }

    func extend(
        _ grant: inout LimitGrant, tokens: Int, cost: Money
    ) async throws -> LimitAnswer.Refusal? {
        try await memory.extend(&grant, tokens: tokens, cost: cost)
    }

    func settle(_ grant: LimitGrant, tokens: Int, cost: Money) {
        heard.withLock { $0.settlements.append((tokens, cost)) }
        memory.settle(grant, tokens: tokens, cost: cost)
    }
}

/// Lets a client leave once it was sent something.
private final class LeavingTransport: Transport {
    private let transport: ScriptedTransport
    private let writer: RecordingWriter?
    private let beating: RecordingWriter?
    private let atEnd: Bool

    init(
        _ transport: ScriptedTransport, _ writer: RecordingWriter?, atEnd: Bool,
        beating: RecordingWriter?
    ) {
        self.atEnd = atEnd
        (self.transport, self.writer, self.beating) = (transport, writer, beating)
    }

    func start(
        _ request: UpstreamRequest, rest: (any IncomingBody)?, provider: ConfiguredProvider,
        deadline: UInt64?, receiver: any ResponseReceiver
    ) -> any UpstreamExchange {
        beating?.exchange?.beat()
        return transport.start(
            request, rest: rest, provider: provider, deadline: deadline,
            receiver: writer.map { Leaving(receiver, $0, atEnd: atEnd) } ?? receiver)
    }

    private final class Leaving: ResponseReceiver {
        private let receiver: any ResponseReceiver
        private let writer: RecordingWriter
        private let atEnd: Bool

        init(_ receiver: any ResponseReceiver, _ writer: RecordingWriter, atEnd: Bool) {
            (self.receiver, self.writer, self.atEnd) = (receiver, writer, atEnd)
        }

        func receive(_ head: consuming ResponseHead) -> ReceiveDecision { receiver.receive(head) }
        func receive(_ bytes: Span<UInt8>) -> ReceiveDecision { receiver.receive(bytes) }
        func ended(_ error: ProxyError?) {
            if atEnd { writer.isClosed = true }
            receiver.ended(error)
        }
        func receivedAll() -> ReceiveDecision {
            let decision = receiver.receivedAll()
            guard !atEnd, !writer.flushes.isEmpty else { return decision }
            writer.isClosed = true
            return .stop
        }
    }
}
