import Glibc
import SluiceCore
import SluiceTestSupport
import SluiceTesting
import Testing

@testable import SluiceServer

/// What happens on connections with TLS after hands are shaken, or before.
@Suite(.enabled(if: CertificateFolder.isPossible, "needs openssl"))
struct TLSTests {
    let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.make("server", for: "DNS:localhost")
    }

    private func serve(
        _ change: (inout ServerSettings) -> Void = { _ in },
        _ body: @escaping @Sendable (Int, TestServer) throws -> Void
    ) async throws -> [AccessRecord] {
        nonisolated(unsafe) var records: [AccessRecord] = []
        let settings = try folder.settings("server") { settings, _ in change(&settings) }
        try await TestServer.run(settings, addresses: securely) { server in
            try await offPool { try body(server.port, server) }
            try await eventually("the connection's end") { server.connections == 0 }
            records = server.sink.records
        }
        return records
    }

    @Test func aPlainRequestIsToldSo() async throws {
        let records = try await serve { port, server in
            let client = try RawClient(port: port)
            try client.send(chat("m"))
            let answer = try client.response()
            #expect(answer.status == 400)
            #expect(answer.text.contains(#""code":"tls_required""#))
            #expect(try client.isClosedByPeer())
            #expect(server.server.handshakes.plain == 1)
        }
        #expect(records.map(\.errorCode) == ["tls_required"])
    }

    @Test func whoSendsNothingButNewKeysIsCutOff() async throws {
        let folder = folder
        let records = try await serve { port, _ in
            let client = try folder.connect(port)
            let tls = try #require(client.tls)
            try tls.together { for _ in 0..<10 { try tls.changeKey() } }
            try client.send(chat("m"))
            #expect(try client.response().status == 200)
            try tls.together { for _ in 0..<100 { try tls.changeKey() } }
            #expect(Self.isEnded(client))
        }
        #expect(records.map(\.status) == [200])
    }

    /// Whether the server ends the connection, in whatever way, before the client loses patience.
    private static func isEnded(_ client: RawClient) -> Bool {
        do {
            _ = try client.readAll()
        } catch SocketError.timedOut {
            return false
        } catch {}
        return true
    }

    @Test(arguments: [true, false])
    func aFarewellThatComesWithTheRequestIsHeard(allowsHalfClose: Bool) async throws {
        let folder = folder
        let change: (inout ServerSettings) -> Void = { $0.allowsHalfClose = allowsHalfClose }
        let records = try await serve(change) { port, server in
            let client = try folder.connect(port)
            let tls = try #require(client.tls)
            try tls.together {
                try client.send(chat(allowsHalfClose ? "m" : "hold"))
                tls.end()
            }
            guard allowsHalfClose else {
                #expect(Self.isEnded(client))
                return try server.waitForRecord()
            }
            #expect(try client.response().status == 200)
            // Long before a connection that lies idle is closed.
            #expect(try client.readAll() == [])
            #expect(tls.isEnded)
        }
        #expect(records.map(\.outcome) == [allowsHalfClose ? "completed" : "client_gone"])
    }

    @Test func nonsenseIsClosed() async throws {
        _ = try await serve { port, server in
            let client = try RawClient(port: port)
            try client.send([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
            _ = try client.readAll()
            try blocking("the count") { server.server.handshakes.failed == 1 }
        }
    }

    @Test func aClientThatLeavesInTheMiddleOfItsHelloIsCountedSo() async throws {
        let records = try await serve { port, server in
            let client = try RawClient(port: port)
            try client.send([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])
            client.close()
            try blocking("the count") { server.server.handshakes.left == 1 }
            #expect(server.server.handshakes.failed == 0)
        }
        #expect(records.isEmpty)
    }

    @Test func tlsWhereNoneIsExpectedIsRefused() async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                #expect(throws: SocketError.malformed("TLS: wrong version number")) {
                    try client.startTLS()
                }
            }
            #expect(try await server.records(1).map(\.errorCode) == ["tls_not_expected"])
        }
    }

    @Test(arguments: [[], [0x16], [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]] as [[UInt8]])
    func aHandshakeThatDoesNotEndIsClosedAtTheHeaderLimit(beginning: [UInt8]) async throws {
        let records = try await serve {
            $0.headerTimeout = .milliseconds(100)
        } _: { port, server in
            let client = try RawClient(port: port)
            try client.send(beginning)
            #expect(try client.readAll() == [])
            #expect(server.server.handshakes.timedOut == 1)
        }
        #expect(records.isEmpty)
    }

    @Test func aClientThatSaysNothingBehindItsHandshakeIsClosed() async throws {
        let (folder, clock) = (folder, ContinuousClock())
        let start = clock.now
        _ = try await serve {
            $0.headerTimeout = .milliseconds(300)
        } _: { port, _ in
            let client = try folder.connect(port)
            #expect(try client.response().status == 408)
            #expect(try client.readAll() == [])
            #expect(client.tls?.isEnded == true)
        }
        #expect(clock.now - start < .seconds(3))
    }

    @Test func anEndIsAnnounced() async throws {
        let folder = folder
        _ = try await serve { port, _ in
            let client = try folder.connect(port)
            try client.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(try client.response().status == 200)
            #expect(try client.readAll() == [])
            #expect(client.tls?.isEnded == true)
        }
    }

    @Test func anIdleConnectionIsClosedWithAFarewell() async throws {
        let folder = folder
        _ = try await serve {
            $0.keepAliveTimeout = .milliseconds(100)
        } _: { port, _ in
            let client = try folder.connect(port)
            try client.send(health)
            #expect(try client.response().status == 200)
            #expect(try client.readAll() == [])
            #expect(client.tls?.isEnded == true)
        }
    }

    /// To HTTP/1.0 the close is the end of the body, so that a cut must not look like one.
    @Test func aCutStreamHasNoFarewell() async throws {
        let folder = folder
        _ = try await serve {
            $0.writeTimeout = .milliseconds(200)
        } _: { port, server in
            let client = try folder.connect(port, receiveBuffer: 4096)
            let request = chat("flood-1000000", stream: true)
            try client.send(request.replacing("HTTP/1.1", with: "HTTP/1.0"))
            try server.waitForRecord()
            #expect(throws: SocketError.self) { try client.readAll() }
            #expect(client.tls?.isEnded == false)
        }
    }

    @Test func aSlowReaderHoldsItsUpstreamAndGetsEverything() async throws {
        let (folder, count) = (folder, 1000)
        let records = try await serve {
            $0.highWaterMark = 64 << 10
        } _: { port, server in
            let client = try folder.connect(port, receiveBuffer: 4096)
            try client.send(chat("flood-\(count)", stream: true))
            try blocking("the wait") { server.plays.state.waits == 1 }
            #expect(server.plays.state.bytes < 8 << 20)
            let answer = try client.response()
            let expected = count * PlayTransport.flood.count + PlayTransport.end.utf8.count
            #expect(answer.body.count == expected)
            #expect(answer.text.hasSuffix(PlayTransport.end))
            #expect(server.plays.state.resumed > 0)
        }
        #expect(records.map(\.outcome) == ["completed"])
    }

    @Test(arguments: [1, 1000, 16 << 10, 5 << 20])
    func largeRequestsComeWhole(size: Int) async throws {
        let folder = folder
        let records = try await serve { port, _ in
            let client = try folder.connect(port)
            let text = String(repeating: "x", count: size)
            let body = #"{"model":"m","messages":[{"role":"user","content":"\#(text)"}]}"#
            try client.send(post(body), piece: 100_000)
            #expect(try client.response().status == 200)
            // In pieces that are cut anywhere, one record each.
            try client.send(post(body), piece: max(1, size / 7))
            #expect(try client.response().status == 200)
        }
        #expect(records.allSatisfy { $0.bytesIn > UInt64(size) })
    }

    @Test func pipelinedRequestsAreAnswered() async throws {
        let folder = folder
        let records = try await serve { port, _ in
            let client = try folder.connect(port)
            try client.send(chat("a") + chat("b") + health)
            for _ in 0..<3 { #expect(try client.response().status == 200) }
        }
        #expect(records.count == 3)
    }

    enum Way: CaseIterable, Sendable { case farewell, close, reset }

    @Test(arguments: Way.allCases, ["hold", "pause"])
    func aClientThatGoesAwayCancelsItsUpstream(way: Way, play: String) async throws {
        let folder = folder
        let records = try await serve { port, server in
            let client = try folder.connect(port)
            try client.send(chat(play, stream: true))
            if play == "pause" {
                _ = try client.read(until: PlayTransport.event)
            } else {
                try blocking("the request") { server.plays.state.requests.count == 1 }
            }
            switch way {
            case .farewell: client.tls?.end()
            case .close: client.close()
            case .reset: try client.reset()
            }
            try blocking("the end") { server.plays.state.cancelled == [play] }
            try server.waitForRecord()
        }
        #expect(records.map(\.outcome) == ["client_gone"])
    }

    @Test func aFloodOfHandshakesIsServed() async throws {
        let folder = folder
        _ = try await serve { port, server in
            // All hellos are there before the first is answered.
            let clients = try (0..<100).map { _ in try RawClient(port: port) }
            for client in clients {
                var wishes = TLSWishes()
                (wishes.name, wishes.authority) = ("localhost", folder.authority)
                try client.startTLS(wishes)
                try client.send(health)
            }
            for client in clients { #expect(try client.response().status == 200) }
            #expect(server.server.handshakes.completed13 == 100)
        }
    }
}
