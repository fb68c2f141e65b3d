import SluiceWire
import Testing

@Test func aChatRequestIsParsed() throws {
    let text =
        "POST /v1/chat/completions?a=b HTTP/1.1\r\nHost: x\r\nContent-Type:  a/b \r\nX_A: 1\r\nContent-Length: 010\r\n\r\n{}"
    var parser = RequestHeadParser()
    guard case .complete(let head, let n) = parser.parse(Array(text.utf8).span) else {
        Issue.record("no")
        return
    }
    #expect(n == text.utf8.count - 2)
    #expect(head.path == "/v1/chat/completions" && head.query == "a=b")
    #expect(head.framing == .length(10))
    #expect(
        head.headers.pairs.map { "\($0)=\($1)" } == [
            "host=x", "content-type=a/b", "content-length=010",
        ])
    #expect(head.headers[.contentType] == "a/b")
}
