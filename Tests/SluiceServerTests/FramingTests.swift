import SluiceServer
import SluiceTestSupport
import SluiceTesting
import Testing

/// The framing table: what is refused, is refused with this status, the connection closes, and no upstream hears of it.
struct FramingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: String
        var status = 400
        var testDescription: String { name }
    }

    private static let line = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"
    private static let body = #"{"model":"m","messages":[]}"#
    private static let smuggled = "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n"

    private static func fields(_ fields: String, _ status: Int = 400, body: String = body) -> Row {
        Row(name: fields, bytes: line + fields + "\r\n\r\n" + body, status: status)
    }

    private static func chunks(_ chunks: String) -> Row {
        Row(name: "chunks \(chunks)", bytes: line + "Transfer-Encoding: chunked\r\n\r\n" + chunks)
    }

    private static func raw(_ bytes: String, _ status: Int = 400) -> Row {
        Row(name: bytes, bytes: bytes, status: status)
    }

    static let lengths: [Row] =
        [
            fields("Content-Length: 5\r\nTransfer-Encoding: chunked", body: smuggled),
            fields("Transfer-Encoding: chunked\r\nContent-Length: 5", body: smuggled),
            fields("Content-Length: 27\r\nContent-Length: 27"),
            fields("Content-Length: 27\r\nContent-Length: 28"), fields("Content-Length: 27, 27"),
        ]
        + ["+5", "-1", "0x5", "5_0", "", "5a", "18446744073709551616", "5 5", "1e1"]
        .map { fields("Content-Length: \($0)") }

    static let codings: [Row] = [
        fields("Transfer-Encoding: gzip", 501), fields("Transfer-Encoding: gzip, chunked", 501),
        fields("Transfer-Encoding: chunked, chunked"), fields("Transfer-Encoding: chunked, gzip"),
        fields("Transfer-Encoding: foo"), fields("Transfer-Encoding: xchunked"),
        fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        fields("Transfer-Encoding:"), fields("Transfer-Encoding: \u{0B}chunked"),
        raw(
            "POST /v1/chat/completions HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + smuggled),
    ]

    static let chunkLines: [Row] =
        ["0x5", "+5", "5_0", "-1", "", " 5", "5;\r", "00000000000000005", "5 ;a", "5\t"]
        .map { chunks("\($0)\r\nhello\r\n0\r\n\r\n") } + [
            chunks("5\nhello\r\n0\r\n\r\n"), chunks("5\r\nhello\n0\r\n\r\n"),
            chunks("4\r\nhello\r\n0\r\n\r\n"), chunks("6\r\nhello\r\n0\r\n\r\n"),
            chunks("5\r\nhello0\r\n\r\n"), chunks("5;\n\r\nhello\r\n0\r\n\r\n"),
            chunks("0\r\nContent-Length: 5\r\n\r\n"), chunks("0\r\nHost: y\r\n\r\n"),
            chunks("0\r\nAuthorization: x\r\n\r\n"), chunks("0\r\n: x\r\n\r\n"),
            chunks("0\r\n\(String(repeating: "X-A: b\r\n", count: 3000))\r\n"),
            chunks("5;\(String(repeating: "a", count: 257))\r\nhello\r\n0\r\n\r\n"),
        ]

    static let heads: [Row] = [
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\nAb\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\nA: b\u{0}c\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\nA: b\u{7F}c\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\nA: b\nB: c\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\nHost: x\n\n"),
        raw("GET /healthz HTTP/1.1\r\n Host: x\r\n\r\n"),
        raw(" GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
        raw("GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
        raw("GET /healthz HTTP/1.1 \r\nHost: x\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: a\u{0}b\r\n\r\n"),
        raw("GET /healthz HTTP/1.1\r\nHost: user@h\r\n\r\n"),
        raw("GET http://a/healthz HTTP/1.1\r\nHost: b\r\n\r\n"),
        raw("GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        raw("GET /healthz HTTP/1.2x\r\nHost: x\r\n\r\n"), raw("GET /healthz\r\n\r\n"),
        raw("GET /health z HTTP/1.1\r\nHost: x\r\n\r\n"), raw("\u{16}\u{3}\u{1}\r\n\r\n"),
    ]

    @Test(arguments: lengths + codings + chunkLines + heads)
    func whatIsRefusedClosesTheConnection(row: Row) async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                for piece in [Int.max, 1] {
                    let client = try RawClient(port: port)
                    // Once refused, the rest may meet a closed socket.
                    try? client.send(row.bytes, piece: piece)
                    let answer = try client.response()
                    #expect(answer.status == row.status)
                    #expect(answer["connection"] == "close")
                    #expect(answer["content-type"] == "application/json")
                    #expect(try client.isClosedByPeer())
                }
            }
            #expect(server.plays.state.requests.isEmpty)
        }
    }

    @Test(arguments: [
        fields("Content-Length: 027"), fields("content-length:27"),
        fields("Content-Length: 27\r\nX_Api_Key: k"), fields("CONTENT-LENGTH:   27  "),
        fields("Transfer-Encoding: Chunked", body: "1b\r\n\(body)\r\n0\r\n\r\n"),
        fields("Transfer-Encoding: chunked", body: "000000000000001B;a=b\r\n\(body)\r\n0\r\n\r\n"),
        raw(
            "POST http://x/v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 27\r\n\r\n"
                + body),
    ])
    func whatIsAllowedIsServed(row: Row) async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(row.bytes + health)
                #expect(try client.response().status == 200)
                #expect(try client.response().text == "ok\n")
            }
            #expect(server.plays.state.requests == ["m"])
        }
    }
}
