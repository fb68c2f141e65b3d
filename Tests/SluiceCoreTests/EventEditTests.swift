import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

struct EventEditTests {
    let log = Log()

    /// A stream whose spelling nobody would produce again: comments, CRLF, no space, ids.
    static let odd =
        ": OPENROUTER PROCESSING\n\nid: 1\r\ndata:{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Grü🙂\"},\"finish_reason\":null}]}\r\n\r\n"
        + ": ping\n" + last + "data:[DONE]\n\n"

    private func editing(_ edit: @escaping @Sendable (ServerSentEvent) -> EventEdit) -> Traced {
        Traced("s", log) {
            $0.interest = .events
            $0.edits = edit
        }
    }

    @Test(arguments: [false, true])
    func untouchedEventsAreByteIdenticalForEverySplit(stageLooks: Bool) async {
        let bytes = Array(Self.odd.utf8)
        for cut in 0...bytes.count {
            let bench = Bench([
                .streamHead, .bytes(Array(bytes[..<cut])), .bytes(Array(bytes[cut...])),
            ])
            if stageLooks { bench.processors = [editing { _ in .keep }] }
            let outcome = await bench.send(streaming)
            #expect(bench.writer.body == bytes, "cut at \(cut)")
            #expect(outcome.name == "completed", "cut at \(cut)")
        }
    }

    @Test func singleBytesArriveAsWholeEvents() async {
        let whole = chunk("a") + last + done
        let bench = Bench([.streamHead] + whole.utf8.map { .bytes([$0]) })
        await bench.send(streaming)
        #expect(
            bench.writer.flushes.map { String(decoding: $0, as: UTF8.self) } == [
                chunk("a"), last, done,
            ])
    }

    @Test func aDroppedEventDoesNotArrive() async {
        let bench = Bench([.streamHead, .bytes(chunk("a") + chunk("b") + last + done)])
        bench.processors = [editing { $0.text.contains(#""a""#) ? .drop : .keep }]
        await bench.send(streaming)
        #expect(bench.writer.text == chunk("b") + last + done)
    }

    @Test func aReplacementArrivesInPlace() async {
        let bench = Bench([.streamHead, .bytes(chunk("a") + chunk("b") + last + done)])
        bench.processors = [
            editing {
                $0.text.contains(#""a""#)
                    ? .replace([ServerSentEvent("one"), ServerSentEvent("two")]) : .keep
            }
        ]
        await bench.send(streaming)
        #expect(bench.writer.text == "data: one\n\ndata: two\n\n" + chunk("b") + last + done)
    }

    @Test func earlierProcessorsSeeWhatLaterOnesMade() async {
        let bench = Bench([.streamHead, .bytes(chunk("a") + last + done)])
        bench.processors = [
            Traced("first", log) { $0.interest = .events },
            editing {
                $0.text.contains(#""a""#)
                    ? .replace([ServerSentEvent("one"), ServerSentEvent("two")]) : .drop
            },
        ]
        await bench.send(streaming)
        #expect(
            log.lines.filter { $0.hasPrefix("first event") } == [
                "first event one", "first event two",
            ])
    }

    @Test func whatAStageLetPassBeforeItStoppedArrives() async {
        let bench = Bench([.streamHead, .bytes(chunk("a") + chunk("b") + last + done)])
        bench.processors = [
            editing {
                $0.text == "two" ? .stop(.invalidRequest("x", code: "halt")) : .keep
            },
            Traced("splits", log) {
                $0.interest = .events
                $0.edits = { _ in .replace([ServerSentEvent("one"), ServerSentEvent("two")]) }
            },
        ]
        await bench.send(streaming)
        #expect(bench.writer.text.hasPrefix("data: one\n\ndata: {\"error\""))
        #expect(bench.writer.text.count(of: "halt") == 1)
    }

    @Test func aStageMayChangeTheHead() async {
        let bench = Bench([.streamHead, .bytes(last + done)])
        bench.processors = [
            Traced("h", log) {
                $0.interest = .head
                $0.heads = { $0.headers["x-mine"] = "1" }
            }
        ]
        await bench.send(streaming)
        #expect(bench.writer.head?.headers["x-mine"] == "1")
    }

    @Test func aStageMayChangeADocument() async {
        let bench = Bench([.head(200), .bytes(#"{"a":"#), .bytes("1}")])
        bench.processors = [
            Traced("d", log) {
                $0.interest = .document
                $0.documents = { $0 = Array("changed".utf8) }
            }
        ]
        await bench.send()
        #expect(bench.writer.text == "changed")
        #expect(bench.writer.length == 7)
    }
}
