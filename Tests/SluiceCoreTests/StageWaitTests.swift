import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

struct StageWaitTests {
    let log = Log()
    static let odd = "data:{\"odd\":1}\r\n\r\n"
    static let stream = chunk("a") + odd + chunk("b") + last + done

    /// Waits at events with this text, then does as told.
    private func waiting(
        at text: String, _ name: String = "w",
        _ resumes: @escaping @Sendable () async throws -> EventEdit
    ) -> Traced {
        Traced(name, log) {
            $0.interest = .events
            $0.edits = { $0.text.contains(text) ? .wait : .keep }
            $0.resumes = resumes
        }
    }

    private func text(
        _ processors: [any Processor], _ stream: String = stream, pieces: Int = .max
    ) async -> (String, Outcome) {
        let bytes = Array(stream.utf8)
        let bench = Bench(
            [.streamHead]
                + stride(from: 0, to: bytes.count, by: min(pieces, bytes.count)).map {
                    .bytes(Array(bytes[$0..<min($0 + min(pieces, bytes.count), bytes.count)]))
                })
        bench.processors = processors
        let outcome = await bench.send(streaming)
        return (bench.writer.text, outcome)
    }

    @Test(arguments: [1, 2, 3, 7, 50, 10_000])
    func aKeptEventPassesUntouchedAndInPlace(pieces: Int) async {
        let (text, outcome) = await text([waiting(at: "odd") { .keep }], pieces: pieces)
        #expect(text == Self.stream)
        #expect(outcome.name == "completed")
        #expect(log.lines.filter { $0 == "w resumes" }.count == 1)
    }

    @Test func waitingAtEveryEventLosesNone() async {
        let (text, outcome) = await text([waiting(at: "") { .keep }])
        #expect(text == Self.stream)
        #expect(outcome.name == "completed")
    }

    @Test func aDroppedEventDoesNotArrive() async {
        let (text, _) = await text([waiting(at: "odd") { .drop }])
        #expect(text == chunk("a") + chunk("b") + last + done)
    }

    @Test func aReplacementArrives() async {
        let (text, _) = await text([
            waiting(at: "odd") { .replace([ServerSentEvent("1"), ServerSentEvent("2")]) }
        ])
        #expect(text == chunk("a") + "data: 1\n\ndata: 2\n\n" + chunk("b") + last + done)
    }

    @Test func stoppingLetsNothingPassBehindIt() async {
        let (text, outcome) = await text([
            waiting(at: "odd") { .stop(.invalidRequest("x", code: "halt")) }
        ])
        #expect(text.hasPrefix(chunk("a") + "data: {\"error\""))
        #expect(text.count(of: "data:") == 2)
        #expect(outcome.name == "refused")
    }

    @Test func aThrowStopsTheStream() async {
        struct Broken: Error {}
        let (text, outcome) = await text([waiting(at: "odd") { throw Broken() }])
        #expect(text.count(of: "internal_error") == 1)
        #expect(!text.contains("[DONE]"))
        #expect(outcome.name == "upstream_error")
    }

    @Test func whatCameBeforeTheWaitingEventInOnePassIsKept() async {
        let splitter = Traced("split", log) {
            $0.interest = .events
            $0.edits = {
                $0.text.contains("odd")
                    ? .replace(["1", "2", "3"].map { ServerSentEvent($0) }) : .keep
            }
        }
        let (text, _) = await text([waiting(at: "2") { .keep }, splitter])
        #expect(
            text == chunk("a") + "data: 1\n\ndata: 2\n\ndata: 3\n\n" + chunk("b") + last + done)
        #expect(
            log.lines.filter { $0.hasPrefix("w ") && !$0.contains("choices") } == [
                "w screens", "w processes", "w event 1", "w event 2", "w resumes", "w event 3",
                "w event [DONE]", "w finish completed",
            ])
    }

    @Test func aLaterStageMayWaitForTheSameEvent() async {
        let (text, outcome) = await text([
            waiting(at: "odd", "x") { .keep }, waiting(at: "odd", "y") { .keep },
        ])
        #expect(text == Self.stream)
        #expect(outcome.name == "completed")
        #expect(
            log.lines.filter { $0.hasSuffix("resumes") } == ["y resumes", "x resumes"])
    }

    @Test func aClientThatLeavesEndsTheWait() async {
        let bench = Bench([.streamHead, .bytes(Self.stream)])
        // Safety: the stage runs in the task of this test.
        nonisolated(unsafe) let writer = bench.writer
        bench.processors = [
            waiting(at: "odd") {
                writer.leave()
                return .wait
            }
        ]
        let outcome = await bench.send(streaming)
        #expect(outcome.name == "client_gone")
        #expect(log.lines.filter { $0 == "w resumes" }.count == 1)
    }

    /// What ends the exchange between an event at which a stage waits and the stage's turn.
    private func ending(_ end: @escaping (Bench) -> Void) async -> (Bench, Outcome) {
        let bench = Bench([.streamHead, .bytes(Self.stream)])
        unowned let owner = bench
        func ends() async { end(owner) }
        // Safety: the stage runs in the task of this test.
        nonisolated(unsafe) let (tasks, work) = (bench.transport.tasks, ends)
        bench.processors = [
            Traced("w", log) {
                $0.interest = .events
                $0.edits = { event in
                    guard event.text.contains("odd") else { return .keep }
                    _ = tasks.spawn(work)
                    return .wait
                }
            }
        ]
        return (bench, await bench.send(streaming))
    }

    @Test func aStageHearsNothingBehindTheEndWhenTheClientLeavesBeforeItsTurn() async {
        let (_, outcome) = await ending { $0.writer.leave() }
        #expect(outcome.name == "client_gone")
        #expect(log.lines.last == "w finish client_gone")
        #expect(!log.lines.contains("w resumes"))
    }

    @Test func aStageHearsNothingBehindTheEndWhenTheProxyStopsBeforeItsTurn() async {
        let (bench, outcome) = await ending {
            $0.exchange?.interrupt(.cannotConnect("the proxy stops"))
        }
        #expect(outcome.name == "aborted")
        #expect(log.lines.last == "w finish aborted")
        #expect(!log.lines.contains("w resumes"))
        #expect(bench.writer.text.hasPrefix(chunk("a") + "data: {\"error\""))
        #expect(bench.writer.text.count(of: "data:") == 2)
    }
}
