import Foundation
import Logging
import SluiceCore
import SluiceLoop
import SluiceProviders
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import SluiceWire
import Synchronization

/// A server of this process, with upstreams that play what the model's name says.
final class TestServer: Sendable {
    let server: Server
    let sink: RecordingSink
    let plays: Plays
    private let pipeline: Pipeline
    let loops: [Loop]

    var port: Int {
        switch server.addresses[0] {
        case .tcp(_, let port), .tls(_, let port): Int(port)
        case .unix: 0
        }
    }

    var connections: Int { server.connections }

    private init(
        server: Server, sink: RecordingSink, plays: Plays, pipeline: Pipeline, loops: [Loop]
    ) {
        self.server = server
        self.sink = sink
        self.plays = plays
        self.pipeline = pipeline
        self.loops = loops
    }

    /// Serves while `body` runs.
    ///
    /// - Parameters:
    ///   - inherited: sockets that are open already.
    ///   - provider: another than the one that plays.
    static func run(
        _ settings: ServerSettings = ServerSettings(), limits: PipelineLimits = PipelineLimits(),
        addresses: [ListenAddress] = [.tcp(host: "127.0.0.1", port: 0)],
        inheriting inherited: InheritedListeners = .none, loops count: Int = 1,
        provider: ConfiguredProvider? = nil, processors: [any Processor] = [],
        services: (@Sendable (Poller) -> LoopServices)? = nil,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let loops = (0..<count).map { Loop.start(name: "test-\($0)") }
        let (sink, plays) = (RecordingSink(), Plays())
        let pipeline = Pipeline(
            endpoints: [Health()], parsers: [OpenAIRequestParser()], processors: processors,
            routes: Routes(
                providers: [
                    try provider
                        ?? ConfiguredProvider(
                            name: "plays", dialect: PlayProvider(), urls: try ScriptedURL())
                ], defaultProvider: nil), limits: limits, records: sink,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        defer { for loop in loops { loop.stop() } }
        let server = try await Server.start(
            on: try inherited.listeners(for: addresses), loops: loops, settings: settings,
            pipeline: pipeline,
            services: services ?? { poller in
                LoopServices(
                    transport: PlayTransport(plays, poller: poller), clock: LoopClock(poller),
                    fetcher: NoFetcher(), spawn: { poller.spawn($0) })
            })
        let running = TestServer(
            server: server, sink: sink, plays: plays, pipeline: pipeline, loops: loops)
        do {
            try await body(running)
        } catch {
            await server.drain(within: .zero)
            throw error
        }
        await server.drain(within: .zero)
    }

    /// Serves by other settings from now on.
    func replaceSettings(_ settings: ServerSettings) async {
        await server.replace(settings, pipeline)
    }

    /// Waits until so many records were written.
    func records(_ count: Int) async throws -> [AccessRecord] {
        try await eventually("\(count) records") { sink.records.count >= count }
        return sink.records
    }
}

/// A loop's time as the core sees it.
final class LoopClock: ExchangeClock {
    private let poller: Poller

    init(_ poller: Poller) {
        self.poller = poller
    }

    var now: UInt64 { poller.now }
    var precise: UInt64 { poller.precise }
}

private struct Health: LocalEndpoint {
    let route = "/healthz"
    func serves(_ head: RequestHead) -> Bool { head.path == route }
    func answer(
        _ head: RequestHead, body: [UInt8], context: ExchangeContext
    ) async throws -> ProxyResponse {
        .text("ok\n")
    }
}

/// Looks again until a condition holds, for ten seconds at most.
func eventually(_ what: String, _ condition: () -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(10))
    while !condition() {
        guard ContinuousClock.now < deadline else { throw NotInTime(what: what) }
        try await Task.sleep(for: .milliseconds(1))
    }
}

struct NotInTime: Error {
    let what: String
}

/// Runs what blocks on a thread of its own.
func offPool<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

// MARK: Requests

/// A chat request for the upstream that plays `model`.
func chat(_ model: String, stream: Bool = false, fields: String = "") -> String {
    let body = #"{"model":"\#(model)","stream":\#(stream),"messages":[]}"#
    return post(body, fields: fields)
}

func post(
    _ body: String, path: String = "/v1/chat/completions", fields: String = "",
    type: String = "application/json"
) -> String {
    "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: \(type)\r\n\(fields)"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

let health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
