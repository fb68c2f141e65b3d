import Foundation
import Logging
import SluiceCore
import SluiceLoop
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import SluiceUpstream
import Testing

/// A client, a server, and a real upstream in a process of its own.
struct Chain: Sendable {
    let server: TestServer
    /// Blocks: use it off the pool.
    nonisolated(unsafe) let upstream: Upstream
    let statistics: UpstreamStatistics
    var port: Int { server.port }

    /// Runs `body` on a thread of its own.
    static func run(
        _ settings: ServerSettings = ServerSettings(), timeouts: UpstreamTimeouts? = nil,
        _ body: @escaping @Sendable (Chain) throws -> Void
    ) async throws {
        // Safety: made on one thread, used on another after that, and by no two at once.
        nonisolated(unsafe) var made: Upstream?
        try await offPool { made = try Upstream() }
        nonisolated(unsafe) let upstream = try #require(made)
        let statistics = UpstreamStatistics()
        let provider = ConfiguredProvider(
            name: "upstream", dialect: ScriptedProvider(),
            urls: try ScriptedURL("\(upstream.url)/v1"),
            timeouts: timeouts ?? UpstreamTimeouts())
        let services: @Sendable (Poller) -> LoopServices = { poller in
            LoopServices(
                transport: makeTransport(poller: poller, statistics: statistics),
                clock: LoopClock(poller), fetcher: NoFetcher(), spawn: { poller.spawn($0) })
        }
        try await TestServer.run(settings, provider: provider, services: services) { server in
            let chain = Chain(server: server, upstream: upstream, statistics: statistics)
            try await offPool { try body(chain) }
        }
        try await offPool { upstream.close() }
    }

    /// What the upstream knows of its latest request.
    func request() throws -> [String: Any] {
        try upstream.requests().last ?? [:]
    }

    /// An ordinary request must still succeed, on the same proxy and upstream.
    func expectService() throws {
        let client = try RawClient(port: port)
        try client.send(chat("m"))
        #expect(try client.response().status == 200)
    }
}

/// Milliseconds of CLOCK_MONOTONIC, as the upstream's records have them.
func milliseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
}
