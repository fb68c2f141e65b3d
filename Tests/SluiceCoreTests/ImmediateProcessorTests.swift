import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

/// Processors that need not wait: what they do is the same on both ways in.
struct ImmediateProcessorTests {
    private let log = Log()

    private func immediate(
        _ name: String, _ answer: @escaping Immediate.AtOnce = { _ in .forward }
    ) -> Immediate {
        Immediate(
            traced: Traced(name, log) { $0.interest = [.head] }, log: log, name: name,
            atOnce: answer)
    }

    @Test func withoutAWaitThereIsNoTask() async {
        let bench = Bench([.head(200), .bytes("{}")])
        bench.processors = [
            immediate("a") {
                $0.model = "n"
                return .forward
            }, immediate("b"),
        ]
        let outcome = await bench.send(isThere: true)
        #expect(outcome.name == "completed")
        #expect(
            log.lines == [
                "a at once", "b at once", "b head", "a head", "b finish completed",
                "a finish completed",
            ])
        #expect(bench.record?.model == "n")
        #expect(bench.transport.requests.count == 1)
    }

    @Test func whatHasToWaitGoesOnFromThere() async {
        let bench = Bench([.head(200), .bytes("{}")])
        bench.processors = [
            immediate("a"), immediate("b") { _ in nil }, immediate("c"),
        ]
        #expect(await bench.send(isThere: true).name == "completed")
        #expect(
            log.lines == [
                "a at once", "b at once", "b processes", "c processes", "c head", "b head",
                "a head", "c finish completed", "b finish completed", "a finish completed",
            ])
    }

    @Test func aRefusalIsHeardOfByTheStagesBefore() async {
        let bench = Bench()
        bench.processors = [
            immediate("a"), immediate("b") { _ in throw ProxyError.invalidRequest("no") },
            immediate("c"),
        ]
        #expect(await bench.send(isThere: true).name == "refused")
        #expect(log.lines == ["a at once", "b at once", "a head", "a finish refused"])
        #expect(bench.record?.status == 400)
        #expect(bench.transport.requests.isEmpty)
    }

    @Test func anAnswerEndsTheChain() async {
        let bench = Bench()
        bench.processors = [
            immediate("a"), immediate("b") { _ in .respond(.text("own")) }, immediate("c"),
        ]
        #expect(await bench.send(isThere: true).name == "completed")
        #expect(bench.writer.text == "own")
        #expect(!log.lines.contains("c at once"))
        #expect(log.lines.filter { $0.contains(" finish ") }.count == 2)
        #expect(bench.transport.requests.isEmpty)
    }

    @Test func besideOneThatMayWaitAllGoByTheTask() async {
        let bench = Bench([.head(200), .bytes("{}")])
        bench.processors = [immediate("a"), Traced("b", log)]
        #expect(await bench.send(isThere: true).name == "completed")
        #expect(!log.lines.contains("a at once"))
        #expect(log.lines.contains("a processes"))
    }

    @Test func aBodyThatIsStillToComeIsWaitedFor() async {
        let bench = Bench([.head(200), .bytes("{}")])
        bench.processors = [immediate("a")]
        #expect(await bench.send().name == "completed")
        #expect(log.lines.first == "a processes")
    }

    @Test func aBrokenRequestReachesNone() async {
        let bench = Bench()
        bench.processors = [immediate("a")]
        #expect(await bench.send("{", isThere: true).name == "refused")
        #expect(!log.lines.contains("a at once"))
        #expect(!log.lines.contains("a processes"))
    }
}

/// A traced processor that can do without a wait.
private struct Immediate: ImmediateProcessor {
    typealias AtOnce = @Sendable (inout ProxyRequest) throws -> Decision?
    let traced: Traced
    let log: Log
    let name: String
    let atOnce: AtOnce

    func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        try await traced.process(&request, context: context)
    }

    func processAtOnce(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) throws -> Decision? {
        log.add("\(name) at once")
        return try atOnce(&request)
    }

    func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)? {
        traced.makeResponseStage(for: request, context: context)
    }
}
