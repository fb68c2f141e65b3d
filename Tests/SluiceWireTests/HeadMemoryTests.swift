import SluiceWire
import Testing

/// A head that is remembered means what it would mean if it were parsed.
struct HeadMemoryTests {
    static let heads = [
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nAccept: a\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 47\r\nAccept: a\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 07\r\nAccept: a\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 147\r\nAccept: a\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: +7\r\nAccept: a\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 4x\r\nAccept: a\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nAccept: b\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nAccept: a\r\nContent-Length: 12\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 12 \r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 123\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "\r\nPOST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nAccept: a\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: x\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775807\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999999999\r\n\r\n",
        "POST /v1/chat HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "y", count: 3000)
            + "\r\n\r\n",
    ]

    private static func described(_ progress: HeadProgress<RequestHead>) -> String {
        guard case .complete(let head, let consumed) = progress else { return "\(progress)" }
        return "\(head.method) \(head.target) \(head.headers.pairs) \(head.framing) \(consumed)"
    }

    @Test(arguments: heads)
    func everyHeadMeansTheSameAfterAnyOther(first: String) {
        for second in Self.heads {
            var (parser, memory, fresh) = (RequestHeadParser(), HeadMemory(), RequestHeadParser())
            _ = parser.parse(Array(first.utf8).span, recalling: &memory)
            if case .complete = fresh.parse(Array(first.utf8).span) {} else { continue }
            fresh = RequestHeadParser()
            // With a body, or a second request, behind it.
            let bytes = Array((second + "{\"model\": 1}").utf8)
            let recalled = parser.parse(bytes.span, recalling: &memory)
            #expect(Self.described(recalled) == Self.described(fresh.parse(bytes.span)))
        }
    }

    @Test func aHeadThatIsCutIsNotRecalled() {
        let bytes = Array(Self.heads[0].utf8)
        for end in 0..<bytes.count {
            var (parser, memory) = (RequestHeadParser(), HeadMemory())
            _ = parser.parse(bytes.span, recalling: &memory)
            let progress = parser.parse(bytes.span.extracting(first: end), recalling: &memory)
            guard case .incomplete = progress else {
                Issue.record("\(end) bytes gave \(progress)")
                return
            }
        }
    }

    @Test func theFieldOfARecalledHeadSaysTheNewLength() {
        var (parser, memory) = (RequestHeadParser(), HeadMemory())
        for (text, length) in [(Self.heads[0], "12"), (Self.heads[1], "47"), (Self.heads[0], "12")]
        {
            let progress = parser.parse(Array(text.utf8).span, recalling: &memory)
            guard case .complete(let head, _) = progress else {
                Issue.record("\(progress)")
                return
            }
            #expect(head.headers[.contentLength] == length)
            #expect(!memory.isEmpty)
        }
    }

    @Test func aVeryLongHeadIsNotKept() throws {
        var (parser, memory) = (RequestHeadParser(), HeadMemory())
        let long = try #require(Self.heads.last)
        _ = parser.parse(Array(long.utf8).span, recalling: &memory)
        #expect(memory.isEmpty)
    }
}
