import SluiceCore
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import Testing

/// Row F12 of the fault matrix: a client that waits for leave to send its body, or says so and does not wait.
struct ExpectTests {
    let body = #"{"model":"m","messages":[]}"#

    private func head(_ length: Int, expect: String = "100-continue", version: String = "1.1")
        -> String
    {
        "POST /v1/chat/completions HTTP/\(version)\r\nHost: x\r\nExpect: \(expect)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
    }

    private func exchange(
        limits: PipelineLimits = PipelineLimits(),
        _ body: @escaping @Sendable (RawClient) throws -> Void
    ) async throws {
        try await TestServer.run(limits: limits) { server in
            let port = server.port
            try await offPool { try body(try RawClient(port: port)) }
        }
    }

    @Test func leaveIsGivenToAClientThatWaits() async throws {
        let (head, body) = (head(body.utf8.count), body)
        try await exchange { client in
            for _ in 0..<3 {
                try client.send(head)
                #expect(
                    try client.read(until: "\r\n\r\n")
                        == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
                try client.send(body)
                let answer = try client.response()
                #expect(answer.status == 200)
                #expect(answer.interim == [])
            }
        }
    }

    @Test func noLeaveIsGivenToAClientThatDoesNotWait() async throws {
        let request = head(body.utf8.count) + body
        try await exchange { client in
            try client.send(request)
            let answer = try client.response()
            #expect(answer.status == 200)
            #expect(answer.interim == [])
        }
    }

    @Test func anOldClientIsNotTold() async throws {
        let (head, body) = (head(body.utf8.count, version: "1.0"), body)
        try await exchange { client in
            try client.send(head)
            try client.send(body)
            let answer = try client.response()
            #expect(answer.status == 200)
            #expect(answer.interim == [])
        }
    }

    @Test func anotherExpectationIsRefused() async throws {
        let request = head(0, expect: "tea")
        try await exchange { client in
            try client.send(request)
            #expect(try client.response().status == 417)
            #expect(try client.isClosedByPeer())
        }
    }

    @Test(arguments: [true, false])
    func aBodyThatIsNotWantedIsNotAskedFor(isTooLarge: Bool) async throws {
        var limits = PipelineLimits()
        limits.body = 10
        let head =
            isTooLarge
            ? head(body.utf8.count)
            : head(body.utf8.count).replacing("/v1/chat/completions", with: "/nothing")
        try await exchange(limits: limits) { client in
            try client.send(head)
            let answer = try client.response()
            #expect(answer.status == (isTooLarge ? 413 : 404))
            #expect(answer.interim == [])
            #expect(answer["connection"] == "close")
            #expect(try client.isClosedByPeer())
        }
    }
}
