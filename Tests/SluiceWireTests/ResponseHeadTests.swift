import SluiceWire
import Testing

struct ResponseHeadTests {
    static let accepted: [(String, Int, BodyFraming, Bool)] = [
        ("HTTP/1.1 200 OK\r\n\r\n", 200, .untilClose, false),
        ("\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 200, .length(3), true),
        ("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 200, .length(0), true),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, .length(0), true),
        ("HTTP/1.1 529 \u{E9}\r\nTransfer-Encoding: Chunked\r\n\r\n", 529, .chunked, true),
        ("HTTP/1.1 999 x\r\nContent-Length: 1\r\n\r\n", 999, .length(1), true),
        ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", 200, .length(1), false),
        (
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n", 200,
            .length(1), true
        ),
        (
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n", 200, .length(1),
            false
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, .none, true),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, .none, false),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, .none, true),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, .none, true),
        ("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", 304, .none, true),
        ("HTTP/1.1 100 Continue\r\n\r\n", 100, .none, true),
        ("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 103, .none, true),
    ]

    @Test(arguments: accepted)
    func aGoodHeadIsHeardTheSameHoweverItIsCut(
        text: String, status: Int, framing: BodyFraming, keepAlive: Bool
    ) {
        for pieces in cuts(of: Array(text.utf8)) {
            let heard = feed(pieces, .responses(toHEAD: false))
            #expect(heard.refusal == nil)
            #expect(heard.messages.first?.first.hasPrefix("\(status) ") == true)
            #expect(heard.messages.first?.framing == framing)
            #expect(heard.messages.first?.keepAlive == keepAlive)
        }
    }

    static let refused: [(String, Refusal.Reason)] = [
        ("<html>", .statusLine),
        ("SSH-2.0-x\r\n", .statusLine),
        ("HTTP/2.0 200 OK\r\n\r\n", .statusLine),
        ("HTTP/0.9 200 OK\r\n\r\n", .statusLine),
        ("HTTP/1.2 200 OK\r\n\r\n", .unsupportedVersion),
        ("HTTP/1.1\r\n\r\n", .statusLine),
        ("HTTP/1.1 \r\n\r\n", .statusLine),
        ("HTTP/1.1  200 OK\r\n\r\n", .statusCode),
        ("HTTP/1.1 20 OK\r\n\r\n", .statusCode),
        ("HTTP/1.1 -20 OK\r\n\r\n", .statusCode),
        ("HTTP/1.1 2000 OK\r\n\r\n", .statusCode),
        ("HTTP/1.1 099 OK\r\n\r\n", .statusCode),
        ("HTTP/1.1 200OK\r\n\r\n", .statusCode),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", .unaskedSwitch),
        ("HTTP/1.1 200 OK\n\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .foldedLine),
        ("HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n", .controlByte),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .contentLengthTwice),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .contentLengthTwice),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .contentLength),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            .bothLengths
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", .transferEncoding),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedCoding),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .codingOnOldVersion),
    ]

    @Test(arguments: refused)
    func aBadHeadIsABadGatewayHoweverItIsCut(text: String, reason: Refusal.Reason) {
        for pieces in cuts(of: Array(text.utf8)) {
            let heard = feed(pieces, .responses(toHEAD: false))
            #expect(heard.refusal == Refusal(reason, status: 502))
            #expect(heard.messages.isEmpty)
        }
    }

    @Test func anAnswerToHEADHasNoBody() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 404 No\r\n\r\n"
        let heard = feed(text, .responses(toHEAD: true))
        #expect(heard.messages.map(\.first) == ["200 1.1", "404 1.1"])
        #expect(heard.messages.map(\.framing) == [.none, .none])
    }

    @Test func interimResponsesComeBeforeTheFinalOne() {
        let text =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        for pieces in cuts(of: Array(text.utf8)) {
            let heard = feed(pieces, .responses(toHEAD: false))
            #expect(heard.messages.map(\.first) == ["100 1.1", "102 1.1", "200 1.1"])
            #expect(heard.messages.last?.body == Array("ok".utf8))
        }
    }

    @Test func aBodyWithoutLengthEndsWithTheConnection() {
        let heard = feed("HTTP/1.1 200 OK\r\n\r\nsome text", .responses(toHEAD: false))
        #expect(heard.messages.first?.body == Array("some text".utf8))
        #expect(heard.messages.first?.isComplete == true)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
    ])
    func aBodyCutShortIsNotComplete(text: String) {
        let heard = feed(text, .responses(toHEAD: false))
        #expect(heard.messages.first?.body == Array("four".utf8))
        #expect(heard.messages.first?.isComplete == false)
    }
}
