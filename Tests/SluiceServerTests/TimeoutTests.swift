import SluiceCore
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import Testing

/// Short limits, and waits for the close that must follow.
struct TimeoutTests {
    private func settings(_ change: (inout ServerSettings) -> Void) -> ServerSettings {
        var settings = ServerSettings()
        change(&settings)
        return settings
    }

    private func serve(
        _ settings: ServerSettings, _ body: @escaping @Sendable (RawClient) throws -> Void
    ) async throws -> [AccessRecord] {
        nonisolated(unsafe) var records: [AccessRecord] = []
        try await TestServer.run(settings) { server in
            let port = server.port
            try await offPool { try body(try RawClient(port: port)) }
            try await eventually("the connection's end") { server.connections == 0 }
            records = server.sink.records
        }
        return records
    }

    @Test func aClientThatSaysNothingIsClosed() async throws {
        let records = try await serve(settings { $0.headerTimeout = .milliseconds(100) }) {
            client in
            let answer = try client.response()
            #expect(answer.status == 408)
            #expect(try client.isClosedByPeer())
        }
        #expect(records.map(\.errorCode) == ["request_timeout"])
    }

    @Test func aHeadThatDoesNotEndIsRefused() async throws {
        let records = try await serve(settings { $0.headerTimeout = .milliseconds(200) }) {
            client in
            try client.send("GET /healthz HTTP/1.1\r\nHost: x\r\nA: ")
            // Bytes do not buy time: only the end of the head does.
            while true {
                do { try client.send("x") } catch { break }
                if try client.hasInput(within: 20) { break }
            }
            let answer = try client.response()
            #expect(answer.status == 408)
            #expect(answer["connection"] == "close")
        }
        #expect(records.map(\.status) == [408])
    }

    @Test func aBodyThatStopsIsRefused() async throws {
        let records = try await serve(settings { $0.bodyTimeout = .milliseconds(100) }) { client in
            try client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            #expect(try client.response().status == 408)
            #expect(try client.isClosedByPeer())
        }
        #expect(records.map(\.errorCode) == ["request_timeout"])
    }

    @Test func aBodyThatGoesOnIsWaitedFor() async throws {
        let body = #"{"model":"m","messages":[]}"#
        _ = try await serve(settings { $0.bodyTimeout = .seconds(1) }) { client in
            try client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            )
            // More than the limit in all, and less between two bytes.
            for byte in body.utf8 {
                try client.send([byte])
                #expect(try client.hasInput(within: 50) == false)
                if byte == UInt8(ascii: "]") { break }
            }
            try client.send("}")
            #expect(try client.response().status == 200)
            client.close()
        }
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() async throws {
        let records = try await serve(settings { $0.keepAliveTimeout = .milliseconds(100) }) {
            client in
            try client.send(health)
            #expect(try client.response().status == 200)
            #expect(try client.readAll() == [])
        }
        #expect(records.count == 1)
    }

    @Test func anAnswerIsWaitedForAsLongAsItTakes() async throws {
        let all = settings {
            // Not the header's: a busy machine may take its time between connect and send.
            ($0.bodyTimeout, $0.writeTimeout) = (.milliseconds(50), .milliseconds(50))
            $0.keepAliveTimeout = .milliseconds(50)
        }
        try await TestServer.run(all) { server in
            let (port, plays) = (server.port, server.plays)
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("hold"))
                try blocking("the request") { plays.state.requests.count == 1 }
                // Several times each limit, with neither an answer nor a close.
                #expect(try client.hasInput(within: 300) == false)
                plays.gate.open()
                #expect(try client.response().status == 200)
            }
        }
    }

    @Test func anAnswerCutByTheWriteTimeoutDoesNotEndCleanly() async throws {
        try await TestServer.run(settings { $0.writeTimeout = .milliseconds(200) }) { server in
            let port = server.port
            let isCut = try await offPool {
                let client = try RawClient(port: port, receiveBuffer: 4096)
                // To HTTP/1.0 the close is the end of the body.
                let request = chat("flood-1000000", stream: true)
                try client.send(request.replacing("HTTP/1.1", with: "HTTP/1.0"))
                try server.waitForRecord()
                do {
                    _ = try client.readAll()
                    return false
                } catch is SocketError {
                    return true
                }
            }
            #expect(isCut)
        }
    }

    @Test func aClientThatStopsReadingIsClosed() async throws {
        try await TestServer.run(settings { $0.writeTimeout = .milliseconds(200) }) { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port, receiveBuffer: 4096)
                try client.send(chat("flood-1000000", stream: true))
                try server.waitForRecord()
                _ = client
            }
            #expect(server.sink.records[0].outcome == "client_gone")
            #expect(server.plays.state.cancelled == ["flood-1000000"])
            #expect(server.connections == 0)
        }
    }
}
