import SluiceCore
import SluiceUpstream
import Testing

struct BackPressureTests {
    let bench = Bench()

    @Test func aReceiverThatWaitsStopsThePeer() async throws {
        let released = Gate()
        let total = Noted<Int>()
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\r\n")
            let first = connection.sendUntilBlocked()
            released.open()
            let rest = [UInt8](repeating: 0x62, count: 3_000_000)
            try connection.send(rest)
            total.set(first + rest.count)
        }
        // Much shorter than the time the peer needs to find out: it must stand still meanwhile.
        let provider = ConfiguredProvider.test { timeouts, _ in
            timeouts.streamIdle = .milliseconds(100)
        }
        let answer = await bench.exchange(
            try .test(peer.port), provider: provider, gate: released,
            decide: { $0 < 1_000_000 ? .wait : .more })
        #expect(answer.error == nil)
        #expect(answer.body.count == (await total.value()))
    }

    @Test func anAnswerThatEndsWhileTheReceiverWaitsIsWhole() async throws {
        let released = Gate()
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.answer("all of it")
            released.open()
        }
        let answer = await bench.exchange(
            try .test(peer.port), gate: released, decide: { _ in .wait })
        #expect(answer.error == nil)
        #expect(answer.text == "all of it")
    }

    @Test func everyReadMayWait() async throws {
        let open = Gate()
        open.open()
        let body = String(repeating: "x", count: 3_000_000)
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.answer(body)
        }
        let answer = await bench.exchange(
            try .test(peer.port), gate: open, decide: { _ in .wait })
        #expect(answer.error == nil)
        #expect(answer.text == body)
    }
}
