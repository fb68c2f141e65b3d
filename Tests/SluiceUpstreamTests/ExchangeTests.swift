import SluiceCore
import SluiceUpstream
import SluiceWire
import Testing

struct ExchangeTests {
    let bench = Bench()

    @Test func aRequestGoesOutWithHostAndLength() async throws {
        let seen = Noted<PeerConnection.Request>()
        let peer = Peer { connection in
            seen.set(try connection.readRequest())
            try connection.answer("hello")
        }
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error == nil)
        #expect(answer.status == 200)
        #expect(answer.text == "hello")
        let request = try #require(await seen.value())
        #expect(request.head.hasPrefix("POST /v1/test HTTP/1.1\r\n"))
        #expect(request.field("host") == "127.0.0.1:\(peer.port)")
        #expect(request.field("content-length") == "2")
        #expect(request.field("accept-encoding") == "identity")
        #expect(request.body == Array("{}".utf8))
    }

    @Test func ourOwnFieldsAreNotDoubledByTheClients() async throws {
        let seen = Noted<PeerConnection.Request>()
        let peer = Peer { connection in
            seen.set(try connection.readRequest())
            try connection.answer("")
        }
        var request = try UpstreamRequest.test(peer.port)
        request.headers.append("authorization", "Bearer ours")
        var fields = HeaderFields()
        fields.append("authorization", "Bearer theirs")
        fields.append("content-type", "text/plain")
        fields.append("user-agent", "client/1")
        fields.append("cookie", "a=b")
        fields.append("content-length", "999")
        request.forwarded = fields.filtered(by: .towardsProvider(extra: ["authorization"]))
        _ = await bench.exchange(request)
        let sent = try #require(await seen.value())
        #expect(sent.field("authorization") == "Bearer ours")
        #expect(sent.field("content-type") == "application/json")
        #expect(sent.field("user-agent") == "client/1")
        #expect(sent.field("content-length") == "2")
        #expect(!sent.head.contains("cookie"))
    }

    @Test func aGetHasNoBodyAndNoLength() async throws {
        let seen = Noted<PeerConnection.Request>()
        let peer = Peer { connection in
            seen.set(try connection.readRequest())
            try connection.answer("x")
        }
        _ = await bench.exchange(try .test(peer.port, nil))
        let request = try #require(await seen.value())
        #expect(request.head.hasPrefix("GET "))
        #expect(!request.head.contains("content-length"))
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nx: y\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\n\r\nhello",
    ])
    func anAnswerIsReadHoweverItIsCut(_ wire: String) async throws {
        let bytes = Array(wire.utf8)
        for size in [1, 2, 7, bytes.count] {
            let peer = Peer { connection in
                _ = try connection.readRequest()
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try connection.send(Array(bytes[start..<min(start + size, bytes.count)]))
                }
            }
            let answer = await bench.exchange(try .test(peer.port))
            #expect(answer.error == nil)
            #expect(answer.status == 200)
            #expect(answer.text == "hello")
        }
    }

    @Test(arguments: [204, 304]) func anAnswerWithoutABodyEndsAtItsHead(_ status: Int) async throws
    {
        let peer = Peer { connection in
            while true {
                _ = try connection.readRequest()
                try connection.send("HTTP/1.1 \(status) X\r\n\r\n")
            }
        }
        for _ in 0..<2 {
            let answer = await bench.exchange(try .test(peer.port))
            #expect(answer.error == nil)
            #expect(answer.status == status)
        }
        #expect(peer.connections == 1)
    }

    @Test func aLargeBodyGoesOutWhole() async throws {
        let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let peer = Peer { connection in
            let request = try connection.readRequest()
            try connection.answer(request.body == body ? "same" : "different")
        }
        let answer = await bench.exchange(try .test(peer.port, .bytes(body)))
        #expect(answer.error == nil)
        #expect(answer.text == "same")
    }

    @Test func aLargeAnswerArrivesWhole() async throws {
        let body = String(repeating: "0123456789", count: 500_000)
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.answer(body)
        }
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error == nil)
        #expect(answer.text == body)
    }

    @Test func anErrorThatComesBeforeTheBodysEndIsPassedOn() async throws {
        let peer = Peer { connection in
            _ = try connection.readHead()
            try connection.answer("too large", status: 413)
            _ = connection.waitForClose()
        }
        let body = [UInt8](repeating: 0x61, count: 12_000_000)
        let answer = await bench.exchange(try .test(peer.port, .bytes(body)))
        #expect(answer.error == nil)
        #expect(answer.status == 413)
        #expect(answer.text == "too large")
        #expect(bench.statistics.idle == 0)
    }

    @Test func anErrorThatComesWithAResetIsPassedOn() async throws {
        let peer = Peer { connection in
            _ = try connection.readHead()
            try connection.answer("no", status: 401, fields: "connection: close\r\n")
            // Closed with unread bytes: the kernel sends a reset.
        }
        let body = [UInt8](repeating: 0x61, count: 12_000_000)
        let answer = await bench.exchange(try .test(peer.port, .bytes(body)))
        #expect(answer.status == 401 || answer.error?.status == 502)
        #expect(peer.connections == 1)
    }

    @Test func theReceiverMayStopAnyTime() async throws {
        let closed = Noted<Int?>()
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbeginning")
            closed.set(connection.waitForClose())
        }
        let answer = await bench.exchange(try .test(peer.port), decide: { _ in .stop })
        #expect(answer.error == nil)
        #expect(answer.text == "beginning")
        #expect(await closed.value() != .some(nil))
    }
}
