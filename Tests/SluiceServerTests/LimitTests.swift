import Glibc
import SluiceCore
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import SluiceWire
import Testing

/// Each limit at, below and above.
struct LimitTests {
    private func status(
        _ request: String, _ settings: ServerSettings = ServerSettings(),
        limits: PipelineLimits = PipelineLimits()
    ) async throws -> Int {
        nonisolated(unsafe) var status = 0
        try await TestServer.run(settings, limits: limits) { server in
            let port = server.port
            status = try await offPool {
                let client = try RawClient(port: port)
                try client.send(request)
                let answer = try client.response()
                if answer.status == 200 {
                    try client.send(health)
                    #expect(try client.response().status == 200)
                } else {
                    #expect(answer["connection"] == "close")
                    #expect(try client.isClosedByPeer())
                }
                return answer.status
            }
        }
        return status
    }

    @Test(arguments: [(-1, 200), (0, 200), (1, 414)])
    func theTarget(excess: Int, expected: Int) async throws {
        var settings = ServerSettings()
        settings.headLimits.target = 100
        let target = "/healthz?" + String(repeating: "q", count: 100 + excess - 9)
        #expect(
            try await status("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n", settings) == expected)
    }

    @Test(arguments: [(-1, 200), (0, 200), (1, 431)])
    func aHeaderLine(excess: Int, expected: Int) async throws {
        var settings = ServerSettings()
        settings.headLimits.headerLine = 100
        let line = "a: " + String(repeating: "v", count: 100 + excess - 3)
        #expect(
            try await status("GET /healthz HTTP/1.1\r\nHost: x\r\n\(line)\r\n\r\n", settings)
                == expected)
    }

    @Test(arguments: [(-1, 200), (0, 200), (1, 431)])
    func theNumberOfHeaders(excess: Int, expected: Int) async throws {
        var settings = ServerSettings()
        settings.headLimits.headerCount = 10
        let lines = String(repeating: "a: b\r\n", count: 10 + excess - 1)
        #expect(
            try await status("GET /healthz HTTP/1.1\r\nHost: x\r\n\(lines)\r\n", settings)
                == expected)
    }

    @Test(arguments: [(-1, 200), (0, 200), (1, 431)])
    func theHead(excess: Int, expected: Int) async throws {
        var settings = ServerSettings()
        settings.headLimits.total = 200
        let start = "GET /healthz HTTP/1.1\r\nHost: x\r\na: "
        let value = String(repeating: "v", count: 200 + excess - start.utf8.count - 4)
        #expect(try await status(start + value + "\r\n\r\n", settings) == expected)
    }

    @Test(arguments: [(-1, 200), (0, 200), (1, 413)])
    func aBodyByItsLength(excess: Int, expected: Int) async throws {
        let request = chat("m")
        var limits = PipelineLimits()
        limits.body = #"{"model":"m","stream":false,"messages":[]}"#.utf8.count - excess
        #expect(try await status(request, limits: limits) == expected)
    }

    @Test(arguments: [(-1, 200), (0, 200), (1, 413)])
    func aBodyInChunks(excess: Int, expected: Int) async throws {
        let body = #"{"model":"m","messages":[]}"#
        var limits = PipelineLimits()
        limits.body = body.utf8.count - excess
        // What is above the limit is never completed, so that nobody can wait for its end.
        let end = excess > 0 ? "" : "0\r\n\r\n"
        let request =
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + body.map { "1\r\n\($0)\r\n" }.joined() + end
        #expect(try await status(request, limits: limits) == expected)
    }

    @Test func theConnections() async throws {
        var settings = ServerSettings()
        settings.maximumConnections = 3
        try await TestServer.run(settings) { server in
            let port = server.port
            try await offPool {
                var clients = try (0..<3).map { _ in try RawClient(port: port) }
                for client in clients {
                    try client.send(health)
                    #expect(try client.response().status == 200)
                }
                // The fourth waits in the kernel's queue until there is room.
                let fourth = try RawClient(port: port, patience: 0.3)
                try fourth.send(health)
                #expect(throws: SocketError.timedOut) { try fourth.response() }
                #expect(server.connections == 3)
                clients.removeLast().close()
                let fifth = try RawClient(port: port)
                try fifth.send(health)
                clients.removeLast().close()
                #expect(try fifth.response().status == 200)
                #expect(try fourth.response().status == 200)
            }
        }
    }

    /// Address and credential are fixed, so that the request goes on without a task.
    @Test func theExchangesOfAProvider() async throws {
        let provider = ConfiguredProvider(
            name: "plays", dialect: PlayProvider(), urls: FixedAddress(), maximumInFlight: 1)
        try await TestServer.run(provider: provider) { server in
            let (port, plays) = (server.port, server.plays)
            try await offPool {
                let first = try RawClient(port: port)
                try first.send(chat("hold"))
                try blocking("the request") { plays.state.requests.count == 1 }
                let second = try RawClient(port: port)
                try second.send(chat("m"))
                let answer = try second.response()
                #expect(answer.status == 503)
                #expect(answer["retry-after"] == "1")
                #expect(answer.text.contains("provider_busy"))
                plays.gate.open()
                #expect(try first.response().status == 200)
                try second.send(chat("m"))
                #expect(try second.response().status == 200)
            }
        }
    }

    @Test(arguments: [false, true])
    func aRefusalIsReadableWhileTheBodyIsStillBeingSent(isChunked: Bool) async throws {
        var limits = PipelineLimits()
        limits.body = 1000
        try await TestServer.run(limits: limits) { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                let framing =
                    isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 100000000"
                try client.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n"
                        + (isChunked ? "5f5e100\r\n" + String(repeating: "x", count: 1001) : ""))
                try server.waitForRecord()
                // A reset would break these, and with them a client that sends before it reads.
                for _ in 0..<64 { try client.send([UInt8](repeating: 0x20, count: 8192)) }
                let answer = try client.response()
                #expect(answer.status == 413)
                #expect(answer["connection"] == "close")
            }
        }
    }
}

private struct FixedAddress: URLProvider {
    let fixedURL = try? UpstreamURL("http://fixed.test")

    func url(
        for request: ProxyRequest, attempt: Int, context: ExchangeContext
    ) async throws -> UpstreamURL {
        try UpstreamURL("http://fixed.test")
    }
}

extension TestServer {
    /// Blocks until a record was written.
    func waitForRecord() throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(10))
        while sink.records.isEmpty {
            guard ContinuousClock.now < deadline else { throw NotInTime(what: "a record") }
            usleep(1000)
        }
    }
}
