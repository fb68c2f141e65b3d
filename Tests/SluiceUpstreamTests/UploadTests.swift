import SluiceCore
import SluiceUpstream
import Testing

struct UploadTests {
    let bench = Bench()

    private func stream(_ bytes: [UInt8], total: UInt64? = nil) -> RequestBody {
        .stream(BodyPrefix(bytes: bytes, modelRange: nil, totalLength: total))
    }

    @Test func aBodyOfUnknownLengthGoesOutInChunks() async throws {
        let seen = Noted<PeerConnection.Request>()
        let peer = Peer { connection in
            while true {
                seen.set(try connection.readRequest())
                try connection.answer("done")
            }
        }
        let pieces = Pieces(pieces: [[3, 4], [], [5]])
        for prefix in [[1, 2], []] as [[UInt8]] {
            let answer = await bench.exchange(try .test(peer.port, stream(prefix)), pieces: pieces)
            #expect(answer.error == nil)
            #expect(answer.text == "done")
            let request = try #require(await seen.value())
            #expect(request.field("transfer-encoding") == "chunked")
            #expect(request.field("content-length") == nil)
            #expect(request.body == prefix + [3, 4, 5])
        }
        #expect(peer.connections == 1)
    }

    @Test func aBodyOfKnownLengthKeepsIt() async throws {
        let seen = Noted<PeerConnection.Request>()
        let peer = Peer { connection in
            seen.set(try connection.readRequest())
            try connection.answer("done")
        }
        let answer = await bench.exchange(
            try .test(peer.port, stream([1, 2], total: 5)), pieces: Pieces(pieces: [[3], [4, 5]]))
        #expect(answer.error == nil)
        let request = try #require(await seen.value())
        #expect(request.field("content-length") == "5")
        #expect(request.body == [1, 2, 3, 4, 5])
    }

    @Test(arguments: [[[3]], [[3, 4, 5, 6]]] as [[[UInt8]]])
    func aBodyOfAnotherLengthThanAnnouncedFails(_ pieces: [[UInt8]]) async throws {
        let peer = Peer { connection in _ = try connection.readRequest() }
        let answer = await bench.exchange(
            try .test(peer.port, stream([1, 2], total: 5)), pieces: Pieces(pieces: pieces))
        #expect(answer.error?.status == 400)
        #expect(bench.statistics.inUse == 0)
    }

    @Test func aLargeUploadArrivesWhole() async throws {
        let block = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let pieces = Pieces(pieces: Array(repeating: block, count: 60))
        let peer = Peer { connection in
            let request = try connection.readRequest()
            try connection.answer(
                request.body == Array(repeating: block, count: 60).flatMap { $0 }
                    ? "same" : "different")
        }
        let answer = await bench.exchange(try .test(peer.port, stream([])), pieces: pieces)
        #expect(answer.error == nil)
        #expect(answer.text == "same")
    }

    @Test func anErrorEndsAnUploadWhoseClientIsSlow() async throws {
        let never = Gate()
        let peer = Peer { connection in
            _ = try connection.readHead()
            try connection.answer("no", status: 401)
            _ = connection.waitForClose()
        }
        let answer = await bench.exchange(
            try .test(peer.port, stream([1])),
            pieces: Pieces(pieces: [[2], [3]], gates: [1: never]))
        #expect(answer.error == nil)
        #expect(answer.status == 401)
        #expect(answer.text == "no")
        never.open()
    }

    @Test func anAnswerThatBeganDuringTheUploadMustGoOn() async throws {
        let more = Gate()
        let peer = Peer { connection in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbe")
            try connection.skipUntil("0\r\n\r\n")
            _ = connection.waitForClose()
        }
        let answer = await bench.exchange(
            try .test(peer.port, stream([1])),
            provider: .test { timeouts, _ in timeouts.streamIdle = .milliseconds(100) },
            pieces: Pieces(pieces: [[2]], gates: [0: more]),
            decide: { _ in
                more.open()
                return .more
            })
        #expect(answer.error?.code == "upstream_timeout")
    }

    @Test func anAnswerMayBeginBeforeTheUploadEnds() async throws {
        let more = Gate()
        let peer = Peer { connection in
            let request = try connection.readHead()
            #expect(request.field("transfer-encoding") == "chunked")
            try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbe")
            more.open()
            try connection.skipUntil("0\r\n\r\n")
            try connection.send("gin")
        }
        let answer = await bench.exchange(
            try .test(peer.port, stream([1])), pieces: Pieces(pieces: [[2]], gates: [0: more]))
        #expect(answer.error == nil)
        #expect(answer.text == "begi")
        #expect(bench.statistics.idle == 0)
    }
}
