import SluiceCore
import SluiceTestSupport
import SluiceTesting
import Testing

struct KeepAliveTests {
    @Test func oneConnectionServesManyRequests() async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                for number in 0..<20 {
                    try client.send(number % 2 == 0 ? chat("m\(number)") : health)
                    let answer = try client.response()
                    #expect(answer.status == 200)
                    #expect(answer["connection"] == nil)
                    #expect(answer["date"]?.hasSuffix(" GMT") == true)
                }
                #expect(server.connections == 1)
            }
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrderAndGarbageBehindThem() async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                var segment = ""
                for number in 0..<20 {
                    segment += number == 0 ? chat("stream", stream: true) : chat("m\(number)")
                }
                try client.send(segment + "garbage\r\n\r\n")
                #expect(try client.response().text == PlayTransport.event + PlayTransport.end)
                for number in 1..<20 {
                    #expect(try client.response().text == #"{"model":"m\#(number)"}"#)
                }
                let refusal = try client.response()
                #expect(refusal.status == 400)
                #expect(refusal["connection"] == "close")
                #expect(try client.isClosedByPeer())
            }
            #expect(server.plays.state.requests.count == 20)
        }
    }

    @Test func aRequestByteByByteIsServed() async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("m") + health + chat("n"), piece: 1)
                #expect(try client.response().text.contains("\"m\""))
                #expect(try client.response().text == "ok\n")
                #expect(try client.response().text.contains("\"n\""))
            }
        }
    }

    @Test func aChunkedBodyIsServedAndTheNextRequestIsInStep() async throws {
        try await TestServer.run { server in
            let port = server.port
            let body = #"{"model":"m","messages":[]}"#
            let chunks =
                body.map { "1;x=y\r\n\($0)\r\n" }.joined() + "0\r\nX-Trailer: a\r\n\r\n"
            let request =
                "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + chunks
            for piece in [1, 7, Int.max] {
                try await offPool {
                    let client = try RawClient(port: port)
                    try client.send(request + health, piece: piece)
                    #expect(try client.response().text.contains("\"m\""))
                    #expect(try client.response().text == "ok\n")
                }
            }
        }
    }

    @Test(
        arguments: [
            ("GET /healthz HTTP/1.0\r\n\r\n", true, nil),
            ("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false, "keep-alive"),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true, "close"),
            (
                "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive, CLOSE\r\n\r\n", true,
                "close"
            ),
        ] as [(String, Bool, String?)])
    func theConnectionEndsAsAsked(request: String, closes: Bool, field: String?) async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(request)
                let answer = try client.response()
                #expect(answer.status == 200)
                if let field { #expect(answer["connection"] == field) }
                if closes {
                    #expect(try client.isClosedByPeer())
                } else {
                    try client.send(request)
                    #expect(try client.response().status == 200)
                }
            }
        }
    }

    @Test func anOldClientGetsAStreamUpToTheClose() async throws {
        try await TestServer.run { server in
            let port = server.port
            let request = chat("stream", stream: true, fields: "Connection: keep-alive\r\n")
                .replacing("HTTP/1.1", with: "HTTP/1.0")
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(request)
                let answer = try client.response()
                #expect(answer["transfer-encoding"] == nil)
                #expect(answer["connection"] == "close")
                #expect(answer.text == PlayTransport.event + PlayTransport.end)
            }
        }
    }

    @Test func aHEADHasTheHeadOfItsGETAndNoBody() async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                try client.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + health)
                let answer = try client.response(toHead: true)
                #expect(answer.status == 200)
                #expect(answer["content-length"] == "3")
                #expect(try client.response().text == "ok\n")
            }
        }
    }

    @Test(arguments: [
        ("OPTIONS *", 405), ("TRACE /v1/chat/completions", 405), ("BREW /v1/chat/completions", 405),
        ("PUT /v1/files", 405), ("GET /v1/chat/completions", 405), ("CONNECT a:1", 501),
        ("GET /nothing", 404), ("OPTIONS /v1/models", 405),
    ])
    func otherMethodsAreRefusedInStep(line: String, status: Int) async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                try client.send("\(line) HTTP/1.1\r\nHost: a:1\r\n\r\n")
                let answer = try client.response()
                #expect(answer.status == status)
                #expect(answer.text.hasPrefix(#"{"error":{"#))
                guard answer["connection"] != "close" else { return }
                try client.send(health)
                #expect(try client.response().status == 200)
            }
        }
    }

    @Test func aCutStreamHasItsErrorEventAndACutDocumentNoEnd() async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("cut", stream: true) + health)
                let answer = try client.response()
                #expect(answer.text.hasPrefix(PlayTransport.event + "data: {\"error\""))
                #expect(try client.response().status == 200)
                let other = try RawClient(port: port)
                try other.send(
                    post(#"{"model":"cut-bytes"}"#, path: "/v1/audio/speech"))
                #expect(throws: SocketError.self) { try other.response() }
            }
        }
    }
}
