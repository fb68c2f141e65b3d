import SluiceWire
import Testing

struct MessageWriterTests {
    static func written(_ write: (inout [UInt8]) -> Void) -> String {
        HeaderFieldsTests.written(write)
    }

    @Test func aRequestHeadIsWritten() {
        let text = Self.written { out in
            MessageWriter.requestLine(method: .post, target: "/v1?a=b", into: &out)
            MessageWriter.field(name: "host", value: "x", into: &out)
            MessageWriter.field(name: "content-length", value: 0, into: &out)
            MessageWriter.field(name: "a", value: Array("b\nc".utf8).span, into: &out)
            MessageWriter.lineEnd(into: &out)
        }
        #expect(text == "POST /v1?a=b HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\na: b c\r\n\r\n")
    }

    @Test func aTargetCannotEndItsLine() {
        let text = Self.written {
            MessageWriter.requestLine(method: .get, target: "/a b\r\nX: \u{E9}", into: &$0)
        }
        #expect(text == "GET /a%20b%0D%0AX:%20%C3%A9 HTTP/1.1\r\n")
    }

    @Test(arguments: ["", "a b", "a:", "a\r\nb", "\u{E9}"])
    func aFieldWhoseNameIsNoTokenIsLeftOut(name: String) {
        #expect(Self.written { MessageWriter.field(name: name, value: "x", into: &$0) }.isEmpty)
    }

    @Test(arguments: [
        (200, "HTTP/1.1 200 OK\r\n"), (529, "HTTP/1.1 529 Overloaded\r\n"),
        (299, "HTTP/1.1 299 \r\n"),
    ])
    func aStatusLineHasTheStandardReason(status: Int, line: String) {
        #expect(Self.written { MessageWriter.statusLine(status, into: &$0) } == line)
    }

    @Test(arguments: [1, 9, 10, 15, 16, 255, 256, 4095, 65536, Int.max])
    func aChunkHeaderIsHexadecimalAndNumbersAreDecimal(size: Int) {
        let header = Self.written { MessageWriter.chunkHeader(size: size, into: &$0) }
        #expect(header == String(size, radix: 16, uppercase: true) + "\r\n")
        #expect(Self.written { MessageWriter.number(size, into: &$0) } == "\(size)")
        #expect(Self.written { MessageWriter.number(-size, into: &$0) } == "-\(size)")
    }

    @Test func anAnswersHeadIsWrittenInItsEnvelope() {
        let head = ResponseHead(
            status: 404, headers: HeaderFieldsTests.fields(("content-type", "text/plain")))
        let date = Array("date: now\r\n".utf8)
        #expect(
            Self.written {
                head.write(in: .init(dateLine: date, requestID: "a\nb", length: 12), into: &$0)
            }
                == "HTTP/1.1 404 Not Found\r\ndate: now\r\ncontent-type: text/plain\r\n"
                + "x-sluice-request-id: a b\r\ncontent-length: 12\r\n\r\n")
        #expect(
            Self.written {
                head.write(
                    in: .init(dateLine: [], requestID: "i", isChunked: true, connection: .close),
                    into: &$0)
            }.hasSuffix(
                "x-sluice-request-id: i\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
            ))
    }

    @Test func whatIsWrittenIsReadBack() {
        let body = Self.written { out in
            for size in [1, 16, 300] {
                MessageWriter.chunkHeader(size: size, into: &out)
                out += [UInt8](repeating: 0x78, count: size)
                MessageWriter.lineEnd(into: &out)
            }
            MessageWriter.lastChunk(into: &out)
        }
        let heard = feed(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body,
            .responses(toHEAD: false))
        #expect(heard.messages.first?.body.count == 317)
        #expect(heard.messages.first?.isComplete == true)
    }

    @Test(arguments: Refusal.Reason.allCases)
    func everyRefusalHasAnErrorStatusAndASentence(reason: Refusal.Reason) {
        #expect((400...505).contains(Refusal(reason).status))
        #expect(Refusal(reason).message.hasSuffix("."))
        #expect(Refusal(reason).asBadGateway == Refusal(reason, status: 502))
    }
}
