import SluiceCore
import SluiceUpstream
import Testing

struct FailureTests {
    let bench = Bench()

    @Test func aRefusedConnectionMayBeTriedElsewhere() async throws {
        let answer = await bench.exchange(try .test(Peer.unusedPort()))
        #expect(answer.error?.status == 502)
        #expect(answer.error?.code == "upstream_unreachable")
        #expect(answer.error?.retry == .elsewhere)
        #expect(answer.error?.detail?.contains("127.0.0.1") == true)
    }

    @Test func anUnknownNameMayBeTriedElsewhere() async throws {
        let answer = await bench.exchange(try .test(80, host: "name.invalid"))
        #expect(answer.error?.code == "upstream_unreachable")
        #expect(answer.error?.retry == .elsewhere)
    }

    @Test func aConnectThatHangsTimesOut() async throws {
        let peer = HangingPeer()
        let provider = ConfiguredProvider.test { timeouts, _ in
            timeouts.connect = .milliseconds(150)
        }
        let answer = await bench.exchange(try .test(peer.port), provider: provider)
        #expect(answer.error?.status == 504)
        #expect(answer.error?.code == "upstream_connect_timeout")
        #expect(answer.error?.retry == .elsewhere)
    }

    @Test func theDeadlineBoundsTheConnect() async throws {
        let peer = HangingPeer()
        let answer = await bench.exchange(try .test(peer.port), total: .milliseconds(150))
        #expect(answer.error?.status == 504)
    }

    @Test func aDeadlineThatHasPassedSendsNothing() async throws {
        let peer = Peer { _ = try $0.readRequest() }
        let answer = await bench.exchange(try .test(peer.port), total: .zero)
        #expect(answer.error?.code == "upstream_timeout")
        #expect(peer.connections == 0)
    }

    @Test func aCloseWithoutAnAnswerIsNotTriedAgain() async throws {
        let peer = Peer { _ = try $0.readRequest() }
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error?.status == 502)
        #expect(answer.error?.code == "upstream_connection_lost")
        #expect(answer.error?.retry == .never)
        #expect(peer.requests.count == 1)
    }

    @Test(arguments: ["", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"])
    func aResetIsNotTriedAgain(_ wire: String) async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            if !wire.isEmpty { try connection.send(wire) }
            connection.reset()
        }
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error?.code == "upstream_connection_lost")
        #expect(answer.error?.retry == .never)
        #expect(peer.requests.count == 1)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf",
    ])
    func aBodyThatIsCutIsAnErrorAfterItsBytes(_ wire: String) async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send(wire)
        }
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error?.code == "upstream_connection_lost")
        #expect(answer.text == "half")
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 -200 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nx",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, gzip\r\n\r\nx",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nx: " + String(repeating: "y", count: 100_000),
        String(repeating: "HTTP/1.1 103 Early\r\n\r\n", count: 9),
    ])
    func anAnswerThatBreaksHTTPIsABadGateway(_ wire: String) async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send(wire)
            _ = connection.waitForClose()
        }
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error?.status == 502)
        #expect(answer.error?.code == "bad_upstream_response")
        #expect(bench.statistics.idle == 0)
        #expect(bench.statistics.inUse == 0)
    }

    @Test func silenceBeforeTheAnswerTimesOut() async throws {
        let closed = Noted<Int?>()
        let peer = Peer { connection in
            _ = try connection.readRequest()
            closed.set(connection.waitForClose())
        }
        let provider = ConfiguredProvider.test { timeouts, _ in
            timeouts.firstByte = .milliseconds(100)
        }
        let answer = await bench.exchange(try .test(peer.port), provider: provider)
        #expect(answer.error?.code == "upstream_timeout")
        #expect(answer.error?.detail == "first byte")
        #expect(answer.error?.retry == .never)
        #expect(await closed.value() != .some(nil))
    }

    @Test func silenceWithinTheAnswerTimesOut() async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
            _ = connection.waitForClose()
        }
        let provider = ConfiguredProvider.test { timeouts, _ in
            timeouts.streamIdle = .milliseconds(100)
        }
        let answer = await bench.exchange(try .test(peer.port), provider: provider)
        #expect(answer.error?.detail == "stream idle")
        #expect(answer.text == "half")
    }

    @Test func anUpstreamThatTakesNothingTimesOut() async throws {
        let released = Gate()
        let peer = Peer { connection in
            _ = try connection.readHead()
            connection.holdUntil(released)
        }
        let provider = ConfiguredProvider.test { timeouts, _ in
            timeouts.firstByte = .milliseconds(100)
        }
        let body = [UInt8](repeating: 0x61, count: 12_000_000)
        let answer = await bench.exchange(try .test(peer.port, .bytes(body)), provider: provider)
        released.open()
        #expect(answer.error?.detail == "send")
    }

    @Test func theDeadlineEndsAnAnswerThatKeepsComing() async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while true {
                try connection.send("more")
                if connection.isClosed(within: 5) { return }
            }
        }
        let answer = await bench.exchange(try .test(peer.port), total: .milliseconds(150))
        #expect(answer.error?.detail == "total")
    }
}
