import Glibc
import SluiceCore
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import Testing

/// A client that goes away, in each phase: the upstream is cancelled at once, and the record says so.
struct ClientGoneTests {
    enum Way: CaseIterable, Sendable { case reset, close, halfClose }

    private func leave(_ client: RawClient, _ way: Way) throws {
        switch way {
        case .reset: try client.reset()
        case .close: client.close()
        case .halfClose: try client.halfClose()
        }
    }

    @Test(arguments: Way.allCases, [("hold", false), ("hold", true), ("pause", true)])
    func theUpstreamIsCancelled(way: Way, play: (model: String, stream: Bool)) async throws {
        try await TestServer.run { server in
            let port = server.port
            let plays = server.plays
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat(play.model, stream: play.stream))
                if play.model == "pause" {
                    _ = try client.read(until: PlayTransport.event)
                } else {
                    try blocking("the request") { plays.state.requests.count == 1 }
                }
                try leave(client, way)
                try server.waitForRecord()
            }
            let record = server.sink.records[0]
            #expect(record.outcome == "client_gone")
            #expect(record.status == 499)
            #expect(plays.state.cancelled == [play.model])
            #expect(server.connections == 0)
        }
    }

    @Test(arguments: Way.allCases)
    func aClientThatLeavesInItsBodyAsksNobody(way: Way) async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
                try blocking("the request") { server.sink.startedCount == 1 }
                try leave(client, way)
                try server.waitForRecord()
            }
            #expect(server.plays.state.requests.isEmpty)
            try await eventually("the close") { server.connections == 0 }
            #expect(["client_gone", "refused"].contains(server.sink.records[0].outcome))
        }
    }

    @Test(arguments: Way.allCases)
    func aClientThatLeavesInAnUploadCancelsIt(way: Way) async throws {
        try await TestServer.run { server in
            let port = server.port
            let plays = server.plays
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(
                    "POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
                        + "Content-Type: application/octet-stream\r\n\r\n")
                try client.send([UInt8](repeating: 0, count: 5000))
                try blocking("the request") { plays.state.requests.count == 1 }
                try leave(client, way)
                try server.waitForRecord()
            }
            #expect(["client_gone", "refused"].contains(server.sink.records[0].outcome))
            try await eventually("the close") { server.connections == 0 }
        }
    }

    @Test func aHalfClosedClientIsAnsweredWhereThatIsAllowed() async throws {
        var settings = ServerSettings()
        settings.allowsHalfClose = true
        try await TestServer.run(settings) { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("a") + chat("stream", stream: true) + chat("b"))
                try client.halfClose()
                #expect(try client.response().text.contains(#""a""#))
                #expect(try client.response().text.hasSuffix(PlayTransport.end))
                #expect(try client.response().text.contains(#""b""#))
                #expect(try client.isClosedByPeer())
            }
            #expect(server.sink.records.allSatisfy { $0.outcome == "completed" })
        }
    }

    @Test func anAllowedHalfCloseInMidAnswerDoesNotEndIt() async throws {
        var settings = ServerSettings()
        settings.allowsHalfClose = true
        try await TestServer.run(settings) { server in
            let (port, plays) = (server.port, server.plays)
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("pause", stream: true))
                _ = try client.read(until: PlayTransport.event)
                try client.halfClose()
                plays.gate.open()
                #expect(try client.readAll().count > PlayTransport.end.utf8.count)
            }
            let records = try await server.records(1)
            #expect(records[0].outcome == "completed")
        }
    }
}

/// Looks again until a condition holds, for ten seconds at most; blocks.
func blocking(_ what: String, _ condition: () -> Bool) throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(10))
    while !condition() {
        guard ContinuousClock.now < deadline else { throw NotInTime(what: what) }
        usleep(500)
    }
}
