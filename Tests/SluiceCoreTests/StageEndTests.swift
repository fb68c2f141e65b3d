import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

/// However an exchange ends, each stage hears of it once, and one record is written.
struct StageEndTests {
    let log = Log()

    private func check(_ bench: Bench, _ expected: String, stages: Int = 2) {
        let ends = log.lines.filter { $0.contains(" finish ") }
        #expect(ends.count == stages)
        #expect(ends.allSatisfy { $0.hasSuffix("finish \(expected)") }, "\(ends)")
        #expect(Set(ends).count == stages)
        #expect(bench.sink.records.count == 1)
        #expect(bench.sink.startedCount == 1)
        #expect(bench.record?.outcome == expected)
    }

    private func run(
        _ bench: Bench, _ body: String = streaming, third: Traced? = nil
    ) async -> Outcome {
        bench.processors = [Traced("a", log), Traced("b", log)] + (third.map { [$0] } ?? [])
        return await bench.send(body)
    }

    @Test func completed() async {
        let bench = Bench([.streamHead, .bytes(chunk("a") + last + done)])
        _ = await run(bench)
        check(bench, "completed")
    }

    @Test func refusedByALaterProcessor() async {
        let bench = Bench()
        _ = await run(
            bench,
            third: Traced("c", log) { $0.processes = { _ in throw ProxyError.invalidRequest("") } })
        check(bench, "refused")
    }

    @Test func refusedByTheRoutes() async {
        let bench = Bench()
        bench.providers = [.scripted(models: ["another"])]
        _ = await run(bench)
        #expect(bench.writer.head?.status == 404)
        check(bench, "refused")
    }

    @Test func failedBeforeTheFirstByte() async {
        let bench = Bench([.fail(.connectionLost("test"))])
        _ = await run(bench)
        #expect(bench.writer.head?.status == 502)
        #expect(bench.writer.head?.headers["x-should-retry"] == "false")
        check(bench, "upstream_error")
    }

    @Test func failedAfterTheFirstByte() async {
        let bench = Bench([.streamHead, .bytes(chunk("a")), .fail(.connectionLost("test"))])
        _ = await run(bench)
        #expect(bench.writer.head?.status == 200)
        #expect(bench.writer.text.count(of: "upstream_connection_lost") == 1)
        check(bench, "upstream_error")
    }

    @Test func cut() async {
        let bench = Bench([.streamHead, .bytes(chunk("a"))])
        _ = await run(bench)
        check(bench, "upstream_error")
        #expect(bench.record?.errorCode == "upstream_stream_cut")
    }

    @Test func anErrorStatus() async {
        let bench = Bench([.head(429), .bytes(#"{"error":{"message":"slow"}}"#)])
        _ = await run(bench)
        check(bench, "upstream_error")
        #expect(bench.record?.status == 429)
    }

    @Test func theClientLeavesInMidStream() async {
        let bench = Bench()
        bench.script(
            .streamHead, .bytes(chunk("a")), .act { [unowned bench] in bench.writer.leave() })
        _ = await run(bench)
        check(bench, "client_gone")
        #expect(bench.transport.cancellations == 1)
        #expect(bench.record?.status == 499)
        #expect(bench.writer.text == chunk("a"))
    }

    @Test func theClientLeavesBeforeTheAnswer() async {
        let bench = Bench()
        bench.script(.act { [unowned bench] in bench.writer.leave() })
        _ = await run(bench)
        check(bench, "client_gone")
        #expect(bench.transport.cancellations == 1)
        #expect(bench.writer.head == nil)
    }

    @Test func theClientLeavesWhileAProcessorWorks() async {
        let bench = Bench([.head(200), .bytes("{}")])
        // Safety: the processor runs in the task of this test.
        nonisolated(unsafe) let writer = bench.writer
        _ = await run(
            bench,
            third: Traced("c", log) {
                $0.processes = { _ in
                    writer.leave()
                    return .forward
                }
                $0.leavesStage = false
            })
        #expect(bench.transport.requests.isEmpty)
        check(bench, "client_gone")
    }

    @Test func theProxyStopsInMidStream() async {
        let bench = Bench()
        bench.script(
            .streamHead, .bytes(chunk("a")),
            .act { [unowned bench] in bench.exchange?.interrupt(Self.stop) })
        _ = await run(bench)
        check(bench, "aborted")
        #expect(bench.writer.text.count(of: "test_stop") == 1)
        #expect(bench.writer.isEnded)
    }

    @Test func theProxyStopsBeforeTheAnswer() async {
        let bench = Bench()
        bench.script(.act { [unowned bench] in bench.exchange?.interrupt(Self.stop) })
        _ = await run(bench)
        check(bench, "aborted")
        #expect(bench.writer.head?.status == 503)
    }

    @Test func aStageStops() async {
        let bench = Bench([.streamHead, .bytes(chunk("a") + chunk("b") + last + done)])
        _ = await run(
            bench,
            third: Traced("c", log) {
                $0.interest = .events
                $0.edits = { $0.text.contains(#""b""#) ? .stop(Self.halt) : .keep }
            })
        #expect(bench.writer.text.count(of: "halt") == 1)
        #expect(!bench.writer.text.contains("[DONE]"))
        check(bench, "refused", stages: 3)
    }

    private static let stop = ProxyError(
        status: 503, code: "test_stop", fault: .proxy, message: "The test stops.")
    private static let halt = ProxyError.invalidRequest("No more.", code: "halt")
}
