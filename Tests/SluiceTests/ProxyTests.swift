import CoreMetrics
import Foundation
import SluiceConfig
import SluiceCore
import SluiceProviders
import SluiceWire
import Testing

@testable import Sluice

/// A whole proxy, in process.
struct ProxyTests {
    private func body(_ text: String, stream: Bool) -> [UInt8] {
        Array(
            #"{"model":"m","stream":\#(stream),"messages":[{"role":"user","content":"\#(text)"}]}"#
                .utf8)
    }

    private func text(_ answer: PipelineAnswer) async throws -> String {
        String(decoding: try await answer.body.collect(), as: UTF8.self)
    }

    private func get(_ path: String, from proxy: Proxy) async throws -> String {
        try await text(proxy.pipeline.execute([], path: path, method: .get))
    }

    @Test func withoutAFileTheEchoProviderAnswers() async throws {
        let proxy = try await Proxy.start(listen: [])
        #expect(proxy.addresses.isEmpty)
        let answer = try await proxy.pipeline.execute(body("one two", stream: false))
        #expect(answer.status == 200)
        #expect(try await text(answer).contains(#""content":"one two""#))
        await proxy.stop()
    }

    @Test func aStreamComesInPiecesToItsEnd() async throws {
        let proxy = try await Proxy.start(listen: [])
        let answer = try await proxy.pipeline.execute(body("one two", stream: true))
        #expect(answer.head.headers[.contentType]?.hasPrefix("text/event-stream") == true)
        var pieces = 0
        var all: [UInt8] = []
        for try await piece in answer.body {
            pieces += 1
            all += piece
        }
        #expect(pieces > 0)
        let text = String(decoding: all, as: UTF8.self)
        #expect(text.hasPrefix("data: {"))
        #expect(text.hasSuffix("data: [DONE]\n\n"))
        await proxy.stop()
    }

    @Test(arguments: [
        ("{", "/v1/chat/completions", 400, "invalid_request_error"),
        (#"{"model":"m"}"#, "/v1/chat/completions", 400, "messages"),
        ("{}", "/v2/chat", 404, "unknown_url"),
    ])
    func anErrorIsAnAnswer(body: String, path: String, status: Int, word: String) async throws {
        let proxy = try await Proxy.start(listen: [])
        let answer = try await proxy.pipeline.execute(Array(body.utf8), path: path)
        #expect(answer.status == status)
        #expect(try await text(answer).contains(word))
        await proxy.stop()
    }

    @Test func droppingTheBodyCancelsTheExchange() async throws {
        // An exchange that goes on would take a minute for its next token.
        let slow = try Configuration.parse(
            "[[providers]]\ntype = \"told\"\n")
        let ended = AsyncStream<Void>.makeStream()
        var registry = Registry.standard
        registry.provider("told") { _ in EndlessProvider(onEnd: ended.continuation) }
        let proxy = try await Proxy.start(slow, registry: registry, listen: [])
        do {
            let answer = try await proxy.pipeline.execute(body("x", stream: true))
            var pieces = answer.body.makeAsyncIterator()
            #expect(try await pieces.next()?.isEmpty == false)
        }
        for await _ in ended.stream { break }
        await proxy.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aStoppedProxyRunsNothing() async throws {
        let proxy = try await Proxy.start(listen: [])
        await proxy.stop()
        await #expect(throws: CancellationError.self) {
            try await proxy.pipeline.execute(body("x", stream: false))
        }
    }

    private static let short = "[server]\ndrain_timeout = \"50ms\"\n"

    @Test(.timeLimit(.minutes(1)), arguments: [0, 1])
    func stoppingInterruptsWhatRunsInProcess(listeners: Int) async throws {
        let configuration = try Configuration.parse(
            Self.short + "[[providers]]\ntype = \"told\"\n")
        let ended = AsyncStream<Void>.makeStream()
        var registry = Registry.standard
        registry.provider("told") { _ in EndlessProvider(onEnd: ended.continuation) }
        let proxy = try await Proxy.start(
            configuration, registry: registry,
            listen: Array(repeating: .tcp(host: "127.0.0.1", port: 0), count: listeners))
        let answer = try await proxy.pipeline.execute(body("x", stream: true))
        #expect(await proxy.stop() == 1)
        let rest = try await text(answer)
        #expect(rest.contains("proxy_shutting_down"))
        // Once more, when the loops stand still.
        #expect(await proxy.stop() == 1)
    }

    @Test(.timeLimit(.minutes(1))) func stoppingRefusesWhatHasNoAnswerYet() async throws {
        let gate = StuckProcessor.Gate()
        let proxy = try await proxy(with: StuckProcessor(gate: gate, heedsCancellation: true))
        async let answer = proxy.pipeline.execute(body("x", stream: false))
        await gate.entered()
        #expect(await proxy.stop() == 1)
        #expect(try await answer.status == 503)
    }

    @Test(.timeLimit(.minutes(1))) func aProcessorThatDoesNotReturnHoldsNobody() async throws {
        let gate = StuckProcessor.Gate()
        let proxy = try await proxy(with: StuckProcessor(gate: gate, heedsCancellation: false))
        let answer = Task { try await proxy.pipeline.execute(body("x", stream: false)) }
        await gate.entered()
        #expect(await proxy.stop() == 1)
        await #expect(throws: CancellationError.self) { try await answer.value }
        gate.open()
    }

    @Test(.timeLimit(.minutes(1))) func stoppingWaitsForWhatEndsInTime() async throws {
        let gate = StuckProcessor.Gate()
        let proxy = try await proxy(
            with: StuckProcessor(gate: gate, heedsCancellation: false), drain: "30s")
        async let answer = proxy.pipeline.execute(body("x", stream: false))
        await gate.entered()
        async let interrupted = proxy.stop()
        gate.open()
        #expect(try await answer.status == 200)
        #expect(await interrupted == 0)
    }

    private func proxy(
        with processor: StuckProcessor, drain: String = "50ms"
    ) async throws -> Proxy {
        var registry = Registry.standard
        registry.processor("stuck") { _ in processor }
        let configuration = try Configuration.parse(
            """
            [server]
            drain_timeout = "\(drain)"
            [[providers]]
            type = "echo"
            [[processors]]
            type = "stuck"
            """)
        return try await Proxy.start(configuration, registry: registry, listen: [])
    }

    @Test func twoProxiesLiveInOneProcess() async throws {
        let named = try Configuration.parse("[[providers]]\nname = \"other\"\ntype = \"echo\"\n")
        let first = try await Proxy.start(listen: [])
        let second = try await Proxy.start(named, listen: [.tcp(host: "127.0.0.1", port: 0)])
        #expect(try await get("/v1/models", from: first).contains(#""id":"echo""#))
        #expect(try await get("/v1/models", from: second).contains(#""id":"other""#))
        #expect(second.addresses.count == 1)
        await first.stop()
        #expect(try await get("/healthz", from: second) == "ok\n")
        await second.stop()
    }

    @Test func aReloadTakesOverTheNewProvidersOrNothing() async throws {
        let proxy = try await Proxy.start(listen: [])
        let bad = try Configuration.parse("[[providers]]\ntype = \"ekko\"\n")
        await #expect(throws: ConfigurationErrors.self) { try await proxy.reload(bad) }
        #expect(try await get("/v1/models", from: proxy).contains(#""id":"echo""#))
        try await proxy.reload(
            Configuration.parse("[[providers]]\nname = \"new\"\ntype = \"echo\"\n"))
        #expect(try await get("/v1/models", from: proxy).contains(#""id":"new""#))
        await proxy.stop()
    }

    @Test func metricsOfAProcessorsOwnAppear() async throws {
        let text = "[[providers]]\ntype = \"echo\"\n[[processors]]\ntype = \"counting\"\n"
        var registry = Registry.standard
        registry.processor("counting") { _ in CountingProcessor() }
        let proxy = try await Proxy.start(
            Configuration.parse(text), registry: registry, listen: [])
        _ = try await echo(proxy)
        let metrics = try await get("/metrics", from: proxy)
        #expect(metrics.contains("sluice_test_seen_total 1\n"))
        #expect(metrics.contains("sluice_requests_total{"))
        await proxy.stop()
    }

    private func echo(_ proxy: Proxy) async throws -> String {
        try await text(proxy.pipeline.execute(body("x", stream: false)))
    }
}

private struct CountingProcessor: Processor {
    let seen = Counter(label: "sluice_test_seen")

    func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        seen.increment()
        return .forward
    }
}

/// Holds a request until its gate opens.
private struct StuckProcessor: Processor {
    final class Gate: Sendable {
        private let came = AsyncStream<Void>.makeStream()
        private let opened = AsyncStream<Void>.makeStream()

        func entered() async {
            for await _ in came.stream { break }
        }

        func open() {
            opened.continuation.finish()
        }

        fileprivate func pass() async {
            came.continuation.yield()
            for await _ in opened.stream {}
        }
    }

    let gate: Gate
    let heedsCancellation: Bool

    func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        if heedsCancellation {
            await gate.pass()
        } else {
            // Another task hears nothing of this one's cancellation.
            await Task { await gate.pass() }.value
        }
        return .forward
    }
}

/// Sends one piece and then nothing, until nobody reads any more.
private struct EndlessProvider: Provider {
    let name = "told"
    let needsUpstream = false
    let onEnd: AsyncStream<Void>.Continuation

    func action(
        for request: ProxyRequest, base: UpstreamURL?, credential: Credential?
    ) throws(ProxyError) -> ProviderAction {
        let (pieces, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        continuation.onTermination = { [onEnd] _ in onEnd.yield() }
        continuation.yield(Array("data: {}\n\n".utf8))
        return .answer(.events(pieces))
    }
}
