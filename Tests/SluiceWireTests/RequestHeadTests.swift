import SluiceWire
import Testing

struct RequestHeadTests {
    /// A request line or header lines, what is heard of the first message.
    static let accepted: [(String, String, BodyFraming)] = [
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / 1.1", .none),
        ("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / 1.1", .none),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / 1.1", .none),
        ("GET /a?b=c?d HTTP/1.1\r\nHost: x:80\r\n\r\n", "GET /a?b=c?d 1.1", .none),
        ("GET / HTTP/1.0\r\n\r\n", "GET / 1.0", .none),
        ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * 1.1", .none),
        ("OPTIONS http://x HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * 1.1", .none),
        ("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", "GET / 1.1", .none),
        ("GET HTTP://X?q HTTP/1.1\r\nhOST: x\r\n\r\n", "GET /?q 1.1", .none),
        ("GET https://[::1]:8/a HTTP/1.1\r\nHost: [::1]:8\r\n\r\n", "GET /a 1.1", .none),
        ("BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n", "BREW /pot 1.1", .none),
        ("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", "TRACE / 1.1", .none),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "POST / 1.1", .length(0)),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 010\r\n\r\n", "POST / 1.1", .length(10)),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\t 9223372036854775807 \r\n\r\n",
            "POST / 1.1", .length(9_223_372_036_854_775_807)
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTRANSFER-ENCODING:\tChunked \r\n\r\n", "POST / 1.1",
            .chunked
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent_Length: 7\r\nTransfer_Encoding: gzip\r\n\r\n",
            "POST / 1.1", .none
        ),
        (
            "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
            "GET / 1.1", .none
        ),
    ]

    @Test(arguments: accepted)
    func aGoodHeadIsHeardTheSameHoweverItIsCut(
        text: String, first: String, framing: BodyFraming
    ) {
        for pieces in cuts(of: Array(text.utf8)) {
            let heard = feed(pieces, .requests)
            #expect(heard.refusal == nil)
            #expect(heard.messages.first?.first == first)
            #expect(heard.messages.first?.framing == framing)
        }
    }

    static let refused: [(String, Refusal.Reason)] = [
        ("\r\n\r\n\r\nGET / HTTP/1.1\r\n", .requestLine),
        (" GET / HTTP/1.1\r\n", .method),
        ("G@T / HTTP/1.1\r\n", .method),
        ("\u{16}\u{3}\u{1}", .controlByte),
        ("GET /\r\n", .requestLine),
        ("GET\r\n", .requestLine),
        ("GET  / HTTP/1.1\r\n", .target),
        ("GET /a b HTTP/1.1\r\n", .version),
        ("GET /a\tb HTTP/1.1\r\n", .target),
        ("GET / HTTP/1.1 \r\n", .version),
        ("GET / http/1.1\r\n", .version),
        ("GET / HTTP/1.10\r\n", .version),
        ("GET / HTTP/1.2\r\n", .unsupportedVersion),
        ("GET / HTTP/0.9\r\n", .unsupportedVersion),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
        ("GET /#top HTTP/1.1\r\n", .target),
        ("GET /\u{E9} HTTP/1.1\r\n", .target),
        ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", .target),
        ("GET a HTTP/1.1\r\nHost: x\r\n\r\n", .target),
        ("GET x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", .target),
        ("GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", .target),
        ("GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n", .target),
        ("GET http://u:p@x/ HTTP/1.1\r\nHost: x\r\n\r\n", .target),
        ("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", .connectMethod),
        ("GET / HTTP/1.1\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: x\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: x\r\n\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nA: x\ry\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\r\nA: x\0y\r\n", .controlByte),
        ("GET / HTTP/1.1\r\nA: x\u{7F}y\r\n", .controlByte),
        ("GET / HTTP/1.1\r\nA: x\u{B}y\r\n", .controlByte),
        ("GET / HTTP/1.1\r\n A: x\r\n", .foldedLine),
        ("GET / HTTP/1.1\r\nA: x\r\n\ty\r\n", .foldedLine),
        ("GET / HTTP/1.1\r\nA : x\r\n", .fieldName),
        ("GET / HTTP/1.1\r\n: x\r\n", .fieldName),
        ("GET / HTTP/1.1\r\nA\r\n", .fieldName),
        ("GET / HTTP/1.1\r\nA(: x\r\n", .fieldName),
        ("GET / HTTP/1.1\r\n\u{E9}: x\r\n", .fieldName),
        ("GET / HTTP/1.1\r\n\r\n", .hostMissing),
        ("GET http://x/ HTTP/1.1\r\n\r\n", .hostMissing),
        ("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n", .hostTwice),
        ("GET / HTTP/1.0\r\nHost: x\r\nHOST: y\r\n", .hostTwice),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .host),
        ("GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", .host),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .host),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .host),
        ("GET / HTTP/1.1\r\nHost: a:80a\r\n\r\n", .host),
        ("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", .host),
        ("GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n", .host),
        ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .host),
        ("GET / HTTP/1.1\r\nHost: []\r\n\r\n", .host),
        ("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", .host),
        ("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", .hostMismatch),
        ("GET http://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", .hostMismatch),
        ("GET / HTTP/1.1\r\nExpect: 200-ok\r\n", .expectation),
    ]

    @Test(arguments: refused)
    func aBadHeadIsRefusedHoweverItIsCut(text: String, reason: Refusal.Reason) {
        for pieces in cuts(of: Array(text.utf8)) {
            let heard = feed(pieces, .requests)
            #expect(heard.refusal == Refusal(reason), "\(pieces.count) pieces")
            #expect(heard.messages.isEmpty)
        }
    }

    static let badFraming: [(String, Refusal.Reason)] = [
        ("Content-Length: +5", .contentLength),
        ("Content-Length: -1", .contentLength),
        ("Content-Length: 0x5", .contentLength),
        ("Content-Length: 5_0", .contentLength),
        ("Content-Length:", .contentLength),
        ("Content-Length: 5a", .contentLength),
        ("Content-Length: 5 5", .contentLength),
        ("Content-Length: 5, 5", .contentLength),
        ("Content-Length: 9223372036854775808", .contentLength),
        ("Content-Length: 18446744073709551616", .contentLength),
        ("Content-Length: 5\r\nContent-Length: 5", .contentLengthTwice),
        ("Content-Length: 5\r\ncontent-length: 6", .contentLengthTwice),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", .bothLengths),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", .bothLengths),
        ("Transfer-Encoding: gzip\r\nContent-Length: 5", .bothLengths),
        ("Transfer-Encoding: gzip", .unsupportedCoding),
        ("Transfer-Encoding: gzip, chunked", .unsupportedCoding),
        ("Transfer-Encoding: deflate\r\nTransfer-Encoding: chunked", .unsupportedCoding),
        ("Transfer-Encoding: identity", .unsupportedCoding),
        ("Transfer-Encoding: x-compress, CHUNKED", .unsupportedCoding),
        ("Transfer-Encoding: chunked, chunked", .transferEncoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .transferEncoding),
        ("Transfer-Encoding: chunked, gzip", .transferEncoding),
        ("Transfer-Encoding: chunked,", .transferEncoding),
        ("Transfer-Encoding:", .transferEncoding),
        ("Transfer-Encoding: xchunked", .transferEncoding),
        ("Transfer-Encoding: chunked;a=b", .transferEncoding),
        ("Transfer-Encoding: \"chunked\"", .transferEncoding),
    ]

    @Test(arguments: badFraming)
    func aBodyOfDoubtfulLengthIsRefused(field: String, reason: Refusal.Reason) {
        let text =
            "POST / HTTP/1.1\r\nHost: x\r\n\(field)\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n"
        for pieces in cuts(of: Array(text.utf8)) {
            let heard = feed(pieces, .requests)
            #expect(heard.refusal == Refusal(reason))
            #expect(heard.messages.isEmpty)
        }
    }

    @Test func aTransferCodingOnHTTP10IsRefused() {
        let heard = feed("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(heard.refusal == Refusal(.codingOnOldVersion))
    }

    @Test(arguments: [
        ("HTTP/1.1\r\nHost: x", true), ("HTTP/1.1\r\nHost: x\r\nConnection: close", false),
        ("HTTP/1.1\r\nHost: x\r\nConnection: a , CLOSE", false),
        ("HTTP/1.1\r\nHost: x\r\nConnection: closed", true), ("HTTP/1.0", false),
        ("HTTP/1.0\r\nConnection: Keep-Alive", true),
        ("HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close", false),
    ])
    func theConnectionIsKeptAsTheClientSays(end: String, isKept: Bool) {
        #expect(feed("GET / \(end)\r\n\r\n").messages.first?.keepAlive == isKept)
    }

    @Test(arguments: [("1.1", "100-Continue", true), ("1.0", "100-continue", false)])
    func onlyAnHTTP11ClientWaitsForContinue(version: String, value: String, expects: Bool) {
        var parser = RequestHeadParser()
        let text = "POST / HTTP/\(version)\r\nHost: x\r\nExpect: \(value)\r\n\r\n"
        guard case .complete(let head, _) = parser.parse(Array(text.utf8).span) else {
            Issue.record("not complete")
            return
        }
        #expect(head.expectsContinue == expects)
    }

    @Test func pathAndQueryAreTakenApartUndecoded() {
        var parser = RequestHeadParser()
        let text = "GET /v1/%2e%2e/x?a=%20?b HTTP/1.1\r\nHost: x\r\n\r\n"
        guard case .complete(let head, let consumed) = parser.parse(Array(text.utf8).span) else {
            Issue.record("not complete")
            return
        }
        #expect(consumed == text.utf8.count)
        #expect(head.path == "/v1/%2e%2e/x")
        #expect(head.query == "a=%20?b")
        #expect(head.target == "/v1/%2e%2e/x?a=%20?b")
    }

    @Test func pipelinedRequestsComeOutInOrderAndGarbageAfterThemIsRefused() {
        let one = "POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok"
        let all = (0..<20).map { one.replacing("%d", with: "\($0)") }.joined() + "!!\u{1}"
        for pieces in cuts(of: Array(all.utf8)) {
            let heard = feed(pieces, .requests)
            #expect(heard.messages.map(\.first) == (0..<20).map { "POST /\($0) 1.1" })
            #expect(heard.messages.allSatisfy { $0.body == Array("ok".utf8) })
            #expect(heard.refusal == Refusal(.controlByte))
        }
    }

    @Test func namesWithUnderscoresAreDroppedAndOthersKept() {
        let heard = feed(
            "GET / HTTP/1.1\r\nHost: x\r\nX_Api_Key: a\r\nX-Api-Key: b\r\nEmpty:\r\nE: \u{E9}\r\n\r\n"
        )
        #expect(
            heard.messages.first?.fields == ["host: x", "x-api-key: b", "empty: ", "e: \u{E9}"])
    }

    @Test func aRefusalIsRepeated() {
        var parser = RequestHeadParser()
        for text in ["GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"] {
            guard case .refused(let refusal) = parser.parse(Array(text.utf8).span) else {
                Issue.record("not refused")
                return
            }
            #expect(refusal.reason == .bareLineFeed)
        }
    }
}
