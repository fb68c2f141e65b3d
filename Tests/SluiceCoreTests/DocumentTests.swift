import SluiceCore
import SluiceJSON
import SluiceTesting
import SluiceWire
import Testing

struct DocumentTests {
    @Test func aCutDocumentIs502() async {
        let bench = Bench([
            .head(200), .bytes(#"{"id":"#), .fail(.connectionLost("closed within the body")),
        ])
        #expect(await bench.send().name == "upstream_error")
        #expect(bench.writer.head?.status == 502)
        #expect(bench.writer.head?.headers["x-should-retry"] == "false")
        #expect(bench.writer.text.contains("upstream_connection_lost"))
        #expect(!bench.writer.text.contains(#""id""#))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func aDocumentIsHeldUpToTheLimit(excess: Int, isHeld: Bool) async {
        let body = #"{"id":"0123456789"}"#
        let bench = Bench()
        bench.limits.heldDocument = body.utf8.count - excess
        nonisolated(unsafe) var early = 0
        bench.script(
            .head(200), .bytes(body), .act { [unowned bench] in early = bench.writer.body.count },
            .bytes(" "))
        bench.limits.heldDocument = body.utf8.count - excess
        await bench.send()
        #expect((early == 0) == isHeld)
        #expect(bench.writer.text == body + " ")
        #expect(bench.writer.isEnded)
    }

    @Test func aLargeDocumentThatIsCutIsAborted() async {
        let bench = Bench([.head(200), .bytes("0123456789"), .fail(.connectionLost("reset"))])
        bench.limits.heldDocument = 4
        await bench.send()
        #expect(bench.writer.head?.status == 200)
        #expect(bench.writer.isAborted)
        #expect(!bench.writer.isEnded)
        #expect(bench.record?.outcome == "upstream_error")
    }

    @Test func aStageThatWantsDocumentsGetsThemWhole() async {
        let log = Log()
        let bench = Bench([.head(200), .bytes("01234"), .bytes("56789")])
        bench.limits.heldDocument = 4
        bench.processors = [
            Traced("s", log) {
                $0.interest = .document
                $0.documents = { log.add(String(decoding: $0, as: UTF8.self)) }
            }
        ]
        await bench.send()
        #expect(log.lines.contains("0123456789"))
        #expect(bench.writer.text == "0123456789")
    }

    @Test(arguments: [plain, streaming])
    func anAnswerWithoutContentIsNoAnswer(body: String) async {
        let bench = Bench([.head(204, nil)])
        await bench.send(body)
        #expect(bench.writer.head?.status == 502)
        #expect(bench.writer.text.contains("bad_upstream_response"))
    }

    @Test(arguments: [plain, streaming])
    func aWebPageIsNoAnswer(body: String) async {
        let bench = Bench([.head(200, "text/html"), .bytes("<html>")])
        await bench.send(body)
        #expect(bench.writer.head?.status == 502)
        #expect(!bench.writer.text.contains("<html>"))
    }

    @Test func aDocumentForAStreamRequestIsPassedOn() async {
        let bench = Bench([.head(200), .bytes(#"{"id":1}"#)])
        await bench.send(streaming)
        #expect(bench.writer.head?.headers[.contentType] == "application/json")
        #expect(bench.writer.text == #"{"id":1}"#)
    }

    @Test func aStreamWithoutItsTypeIsAStream() async {
        let bench = Bench([.head(200, "text/plain"), .bytes(last + done)])
        await bench.send(streaming)
        #expect(bench.writer.head?.headers[.contentType] == "text/event-stream; charset=utf-8")
        #expect(bench.writer.text == last + done)
    }

    @Test func fieldsThatAreNotTheClientsAffairStayBehind() async {
        let bench = Bench([
            .head(
                .of(
                    200, "application/json",
                    [
                        ("set-cookie", "a=b"), ("server", "x"), ("x-ratelimit-limit-requests", "9"),
                        ("x-request-id", "r"), ("openai-version", "1"), ("connection", "x"),
                        ("retry-after", "3"),
                    ])), .bytes("{}"),
        ])
        await bench.send()
        #expect(
            bench.writer.head?.headers.pairs.map(\.name) == [
                "content-type", "x-ratelimit-limit-requests", "x-request-id", "openai-version",
                "retry-after",
            ])
    }
}
