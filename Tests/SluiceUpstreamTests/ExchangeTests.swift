import SluiceCore
import SluiceUpstream
import Testing

struct ExchangeTests {
    let bench = Bench()

    @Test func anAnswerWithALengthArrives() async throws {
        let peer = Peer { connection in
            let request = try connection.readRequest()
            #expect(request.head.hasPrefix("POST /v1/test HTTP/1.1\r\nhost: 127.0.0.1:"))
            #expect(request.field("content-length") == "2")
            #expect(request.body == Array("{}".utf8))
            try connection.answer("hello")
        }
        let answer = await bench.exchange(try .test(peer.port))
        #expect(answer.error == nil)
        #expect(answer.status == 200)
        #expect(answer.text == "hello")
    }

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
}
