import SluiceCore
import SluiceTesting
import Testing

/// Streams whose client leaves when it has all that it wants.
struct LeftStreamTests {
    private static let asking =
        #"{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[]}"#

    private func bench(
        _ before: String, then steps: StepTransport.Step..., reports: Bool = true
    ) -> Bench {
        let bench = Bench()
        bench.accounting = UsageAccounting(prompts: SevenTokens(), texts: Words())
        bench.providers = [.scripted(reportsStreamUsage: reports)]
        bench.transport.answers = [
            [.streamHead, .bytes(before), .act { [unowned bench] in bench.writer.leave() }] + steps
        ]
        return bench
    }

    private func check(_ bench: Bench, isCounted: Bool, respites: Int) {
        #expect(bench.record?.outcome == "client_gone")
        #expect(bench.record?.usageSource == (isCounted ? .counted : .provider))
        if !isCounted { #expect(bench.record?.usage == UsageTests.counted) }
        #expect(bench.transport.respites == respites)
        #expect(bench.transport.cancellations == (respites == 0 ? 1 : 0))
    }

    @Test(arguments: [streaming, asking])
    func tellTheirUsageAfterTheFinishReason(_ request: String) async {
        let bench = bench(chunk("a") + last, then: .bytes(UsageTests.usageChunk), .bytes(done))
        await bench.send(request)
        check(bench, isCounted: false, respites: 1)
        #expect(bench.writer.text == chunk("a") + last)
    }

    @Test func tellItInPieces() async {
        let bytes = Array(UsageTests.usageChunk.utf8)
        let bench = bench(
            last, then: .bytes(Array(bytes[..<20])), .bytes(Array(bytes[20...])), .bytes(done))
        await bench.send(streaming)
        check(bench, isCounted: false, respites: 1)
    }

    @Test func needNoRespiteWhereItCameInTheSameRead() async {
        let bench = bench(last + UsageTests.usageChunk)
        await bench.send(streaming)
        check(bench, isCounted: false, respites: 0)
    }

    @Test func endAtOnceWhileTheyAreBeingWritten() async {
        let bench = bench(chunk("a"), then: .bytes(last + UsageTests.usageChunk))
        await bench.send(streaming)
        check(bench, isCounted: true, respites: 0)
    }

    @Test func endAtOnceWhereNobodyAskedForUsage() async {
        let bench = bench(last, then: .bytes(UsageTests.usageChunk), reports: false)
        await bench.send(streaming)
        check(bench, isCounted: true, respites: 0)
    }

    @Test func endAtOnceAfterTheirLastEvent() async {
        let bench = bench(last + done, then: .bytes(UsageTests.usageChunk))
        await bench.send(streaming)
        check(bench, isCounted: true, respites: 0)
    }

    @Test func areCountedWhereTheRespiteRunsOut() async {
        let bench = bench(chunk("a") + last, then: .fail(.clientGone))
        await bench.send(streaming)
        check(bench, isCounted: true, respites: 1)
    }

    @Test func areNotReadForEver() async {
        let bench = bench(
            last, then: .bytes(": " + String(repeating: "x", count: 9000) + "\n\n"),
            .bytes(UsageTests.usageChunk))
        await bench.send(streaming)
        check(bench, isCounted: true, respites: 1)
    }

    /// The event that the stage waits with is the finish reason; the usage lies behind it.
    @Test(arguments: [true, false])
    func tellWhatLayBehindAnEventThatAStageWaitedWith(_ isThere: Bool) async {
        let bench = Bench()
        bench.accounting = UsageAccounting(prompts: SevenTokens(), texts: Words())
        bench.providers = [.scripted(reportsStreamUsage: true)]
        bench.processors = [
            Traced {
                $0.interest = .events
                $0.edits = { $0.text.contains("stop") ? .wait : .keep }
                $0.resumes = { [writer = Leaving(bench)] in
                    writer.leave()
                    return .keep
                }
            }
        ]
        let behind = isThere ? UsageTests.usageChunk + done : ""
        bench.script(.streamHead, .bytes(chunk("a") + last + behind))
        await bench.send(streaming)
        #expect((bench.record?.usage == UsageTests.counted) == isThere)
        #expect(bench.record?.usageSource == (isThere ? .provider : .counted))
    }

    // Safety: the bench does all in one task.
    private struct Leaving: @unchecked Sendable {
        unowned let bench: Bench
        init(_ bench: Bench) { self.bench = bench }
        func leave() { bench.writer.leave() }
    }
}
