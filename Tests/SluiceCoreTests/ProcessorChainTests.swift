import SluiceCore
import SluiceJSON
import SluiceTesting
import SluiceWire
import Testing

struct ProcessorChainTests {
    let log = Log()

    private func traced(_ name: String, _ change: (inout Traced) -> Void = { _ in }) -> Traced {
        Traced(name, log) {
            $0.interest = [.head, .events, .document]
            change(&$0)
        }
    }

    @Test func processorsRunInOrderAndStagesInReverse() async {
        let bench = Bench([.head(200), .bytes(#"{"id":"x"}"#)])
        bench.processors = [traced("a"), traced("b"), traced("c")]
        await bench.send()
        #expect(
            log.lines == [
                "a screens", "b screens", "c screens", "a processes", "b processes", "c processes",
                "c document", "b document", "a document", "c head", "b head", "a head",
                "c finish completed", "b finish completed", "a finish completed",
            ])
    }

    @Test func stagesSeeOnlyWhatTheyAreInterestedIn() async {
        let bench = Bench([.head(200), .bytes("{}")])
        bench.processors = [Traced("a", log)]
        await bench.send()
        #expect(log.lines == ["a screens", "a processes", "a finish completed"])
    }

    @Test func anAnswerOfAProcessorEndsTheChain() async {
        let bench = Bench()
        bench.processors = [
            traced("a"),
            traced("b") { $0.processes = { _ in .respond(.json(Array(#"{"own":1}"#.utf8))) } },
            traced("c"),
        ]
        let outcome = await bench.send()
        #expect(outcome.name == "completed")
        #expect(bench.writer.text == #"{"own":1}"#)
        #expect(bench.transport.requests.isEmpty)
        #expect(!log.lines.contains("c processes"))
        #expect(log.lines.filter { $0.contains(" finish ") }.count == 2)
        #expect(log.lines.contains("b document"))
        #expect(bench.record?.status == 200)
    }

    @Test func aStreamOfAProcessorPassesTheStages() async {
        let (pieces, source) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        for text in [chunk("a"), last, done] { source.yield(Array(text.utf8)) }
        source.finish()
        let bench = Bench()
        bench.processors = [
            traced("a") { $0.processes = { _ in .respond(.events(pieces)) } }
        ]
        #expect(await bench.send(streaming).name == "completed")
        #expect(bench.writer.text == chunk("a") + last + done)
        #expect(bench.writer.flushes.count == 3)
        #expect(bench.record?.events == 3)
    }

    @Test func aProxyErrorIsTheAnswer() async throws {
        let bench = Bench()
        bench.processors = [
            traced("a"),
            traced("b") { $0.processes = { _ in throw ProxyError.invalidRequest("Too long.") } },
            traced("c"),
        ]
        let outcome = await bench.send()
        #expect(outcome.name == "refused")
        #expect(bench.writer.head?.status == 400)
        #expect(bench.writer.head?.headers[.contentType] == "application/json")
        let error = try JSONDocument(parsing: bench.writer.body).root["error"]
        #expect(error?["message"]?.string == "Too long.")
        #expect(error?["type"]?.string == "invalid_request_error")
        #expect(bench.transport.requests.isEmpty)
        #expect(log.lines.filter { $0.contains(" finish ") } == ["a finish refused"])
    }

    @Test func anUnknownErrorShowsTheClientNothing() async {
        struct Secret: Error { let text = "password" }
        let bench = Bench()
        bench.processors = [traced("a") { $0.processes = { _ in throw Secret() } }]
        #expect(await bench.send().name == "upstream_error")
        #expect(bench.writer.head?.status == 500)
        #expect(!bench.writer.text.contains("password"))
        #expect(bench.record?.errorCode == "internal_error")
        #expect(bench.record?.errorDetail?.contains("password") == true)
    }

    @Test func aScreeningRefusesBeforeTheBodyIsRead() async {
        let bench = Bench()
        bench.processors = [
            traced("a") { $0.screens = { throw ProxyError.invalidRequest("No.") } }, traced("b"),
        ]
        await bench.send("no JSON at all")
        #expect(bench.writer.text.contains("No."))
        #expect(log.lines == ["a screens"])
        #expect(bench.record?.bytesIn == 0)
    }

    @Test func aChangedModelIsSentAndRouted() async {
        let bench = Bench([.head(200), .bytes("{}")])
        bench.providers = [
            .scripted("one", models: ["m"]), .scripted("two", models: ["other"]),
        ]
        bench.processors = [
            traced("a") {
                $0.processes = {
                    $0.model = "other"
                    return .forward
                }
            }
        ]
        await bench.send()
        #expect(bench.transport.providers == ["two"])
        #expect(bench.record?.provider == "two")
        #expect(
            bench.transport.requests[0].body.bytes
                == Array(#"{"model":"other","messages":[]}"#.utf8))
    }
}
