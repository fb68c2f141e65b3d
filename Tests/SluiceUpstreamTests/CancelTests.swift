import Glibc
import SluiceCore
import SluiceUpstream
import Testing

/// The connection of a cancelled exchange closes in the same turn of the loop, in every phase.
///
/// On a quiet machine the peer sees it within a millisecond or two; the limit is for one where all tests run at once.
struct CancelTests {
    let bench = Bench()
    let gone = Gate()
    let closed = Noted<Int?>()

    private func expectPromptClose() async {
        let milliseconds = await closed.value()?.flatMap { $0 }
        #expect((milliseconds ?? .max) < 250)
        #expect(bench.statistics.idle == 0)
        #expect(bench.statistics.inUse == 0)
    }

    @Test func whileItConnects() async throws {
        let peer = HangingPeer()
        gone.open()
        let answer = await bench.exchange(try .test(peer.port), cancelWhen: gone)
        #expect(answer.error?.code == "client_gone")
        #expect(bench.statistics.dialled == 0)
    }

    @Test func whileANameIsLookedUp() async throws {
        gone.open()
        let answer = await bench.exchange(try .test(80, host: "name.invalid"), cancelWhen: gone)
        // Where there is no name server, the look-up may fail before it can be cancelled.
        #expect(["client_gone", "upstream_unreachable"].contains(answer.error?.code))
        #expect(bench.statistics.dialled == 0)
    }

    @Test func whileTheRequestIsSent() async throws {
        let (gone, closed) = (gone, closed)
        let peer = Peer { connection in
            _ = try connection.readHead()
            gone.open()
            closed.set(connection.waitForClose())
        }
        let rest = Gate()
        let pieces = Pieces(pieces: [[1], [2]], gates: [1: rest])
        let body = RequestBody.stream(BodyPrefix(bytes: [0], modelRange: nil, totalLength: nil))
        let answer = await bench.exchange(
            try .test(peer.port, body), pieces: pieces, cancelWhen: gone)
        #expect(answer.error?.code == "client_gone")
        await expectPromptClose()
        rest.open()
    }

    @Test func whileTheSocketTakesNoMore() async throws {
        let (gone, closed) = (gone, closed)
        let peer = Peer { connection in
            _ = try connection.readHead()
            gone.open()
            closed.set(connection.waitForClose())
        }
        let body = [UInt8](repeating: 0x61, count: 12_000_000)
        let answer = await bench.exchange(try .test(peer.port, .bytes(body)), cancelWhen: gone)
        #expect(answer.error?.code == "client_gone")
        await expectPromptClose()
    }

    @Test func whileItWaitsForTheAnswer() async throws {
        let (gone, closed) = (gone, closed)
        let peer = Peer { connection in
            _ = try connection.readRequest()
            gone.open()
            closed.set(connection.waitForClose())
        }
        let answer = await bench.exchange(try .test(peer.port), cancelWhen: gone)
        #expect(answer.error?.code == "client_gone")
        await expectPromptClose()
    }

    @Test func whileTheAnswerStreams() async throws {
        let (gone, closed) = (gone, closed)
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n")
            closed.set(connection.waitForClose())
        }
        let answer = await bench.exchange(
            try .test(peer.port),
            decide: { _ in
                gone.open()
                return .more
            }, cancelWhen: gone)
        #expect(answer.error?.code == "client_gone")
        #expect(answer.text == "data: 1\n\n")
        await expectPromptClose()
    }

    @Test func whileTheReceiverHoldsBack() async throws {
        let (gone, closed) = (gone, closed)
        let resolved = Gate()
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n")
            closed.set(connection.waitForClose())
            resolved.open()
        }
        let answer = await bench.exchange(
            try .test(peer.port), gate: resolved,
            decide: { _ in
                gone.open()
                return .wait
            }, cancelWhen: gone)
        #expect(answer.error?.code == "client_gone")
        await expectPromptClose()
    }

    @Test func fromWithinTheReceiver() async throws {
        let closed = closed
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n")
            closed.set(connection.waitForClose())
        }
        let answer = await bench.exchange(try .test(peer.port), cancelsItself: true)
        #expect(answer.error?.code == "client_gone")
        await expectPromptClose()
    }

    @Test(arguments: [true, false])
    func afterARespite(_ isHeld: Bool) async throws {
        let (gone, closed) = (gone, closed)
        let resolved = Gate()
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n")
            let milliseconds = connection.waitForClose()
            closed.set(milliseconds)
            resolved.open()
        }
        let answer = await bench.exchange(
            try .test(peer.port), gate: resolved,
            decide: { _ in
                gone.open()
                return isHeld ? .wait : .more
            }, cancelWhen: gone, cancelsAfter: .milliseconds(300))
        #expect(answer.error?.code == "client_gone")
        let milliseconds = await closed.value()?.flatMap { $0 } ?? 0
        #expect(250..<2_000 ~= milliseconds)
        #expect(bench.statistics.inUse == 0)
    }

    @Test func whatEndsWithinItsRespiteIsWhole() async throws {
        let gone = gone
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\non")
            usleep(100_000)
            try connection.send("ce")
            _ = connection.waitForClose()
        }
        let answer = await bench.exchange(
            try .test(peer.port),
            decide: { _ in
                gone.open()
                return .more
            }, cancelWhen: gone, cancelsAfter: .seconds(20))
        #expect(answer.error == nil)
        #expect(answer.text == "once")
        #expect(bench.statistics.idle == 1)
    }

    @Test func afterTheEndItDoesNothing() async throws {
        let peer = Peer { connection in
            while true {
                _ = try connection.readRequest()
                try connection.answer("fine")
            }
        }
        let answer = await bench.exchange(try .test(peer.port), cancelsAfterwards: true)
        #expect(answer.error == nil)
        #expect(bench.statistics.idle == 1)
    }
}
