import SluiceCore
import SluiceUpstream
import Testing

struct PoolTests {
    let bench = Bench()

    @Test func connectionsAreUsedAgain() async throws {
        let peer = Peer { connection in
            while true {
                _ = try connection.readRequest()
                try connection.answer("again")
            }
        }
        for _ in 0..<5 {
            let answer = await bench.exchange(try .test(peer.port))
            #expect(answer.text == "again")
        }
        #expect(peer.connections == 1)
        #expect(bench.statistics.dialled == 1)
        #expect(bench.statistics.reused == 4)
        #expect(bench.statistics.idle == 1)
        #expect(bench.statistics.inUse == 0)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx",
        "HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxEXTRA",
    ])
    func aConnectionOutOfStepIsNotKept(_ wire: String) async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send(wire)
            _ = connection.waitForClose()
        }
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error == nil)
        #expect(answer.text == "x")
        #expect(bench.statistics.idle == 0)
        #expect(bench.statistics.inUse == 0)
    }

    @Test(arguments: [true, false])
    func anIdleConnectionThatItsPeerClosedIsReplaced(_ byReset: Bool) async throws {
        let mayClose = Gate()
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.answer("once")
            guard connection.number == 0 else { return }
            connection.holdUntil(mayClose)
            if byReset { connection.reset() }
        }
        _ = await bench.exchange(try .test(peer.port))
        #expect(bench.statistics.idle == 1)
        mayClose.open()
        await bench.until { $0.idle == 0 }
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error == nil)
        #expect(answer.text == "once")
        #expect(peer.requests.count == 2)
    }

    @Test func bytesThatNobodyAskedForCloseAnIdleConnection() async throws {
        let maySend = Gate()
        let closed = Noted<Int?>()
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.answer("once")
            connection.holdUntil(maySend)
            try connection.send("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n")
            closed.set(connection.waitForClose())
        }
        _ = await bench.exchange(try .test(peer.port))
        maySend.open()
        #expect(await closed.value() != .some(nil))
        #expect(bench.statistics.idle == 0)
    }

    @Test func aRequestThatAReusedConnectionReadIsNeverSentTwice() async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.answer("once")
            // Reads the second request and closes: it may have worked on it.
            _ = try connection.readRequest()
        }
        _ = await bench.exchange(try .test(peer.port))
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error?.status == 502)
        #expect(answer.error?.retry == .never)
        #expect(peer.requests.count == 2)
        #expect(peer.connections == 1)
    }

    @Test func anIdleConnectionIsClosedAfterItsTime() async throws {
        let closed = Noted<Int?>()
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.answer("once")
            closed.set(connection.waitForClose())
        }
        let provider = ConfiguredProvider.test { _, options in
            options.idleTimeout = .milliseconds(50)
        }
        _ = await bench.exchange(try .test(peer.port), provider: provider)
        #expect(await closed.value() != .some(nil))
        #expect(bench.statistics.idle == 0)
    }

    @Test func connectionsOfOtherOptionsAreNotShared() async throws {
        let peer = Peer { connection in
            while true {
                _ = try connection.readRequest()
                try connection.answer("")
            }
        }
        let other = ConfiguredProvider.test { _, options in
            options.trust = UpstreamTrust(authorities: [1])
        }
        _ = await bench.exchange(try .test(peer.port))
        _ = await bench.exchange(try .test(peer.port), provider: other)
        #expect(peer.connections == 2)
    }
}
