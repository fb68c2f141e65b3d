import SluiceCore
import SluiceTesting
import Testing

/// Work of the responses API that goes on when its answer is over.
struct BackgroundTests {
    private static let request = #"{"model":"m","background":true,"input":"hello"}"#

    private func bench(_ steps: StepTransport.Step...) -> Bench {
        let bench = Bench()
        bench.accounting = UsageAccounting(prompts: SevenTokens(), texts: Words())
        bench.transport.answers = [steps]
        return bench
    }

    @Test(arguments: ["queued", "in_progress"])
    func isNotCountedAsNothing(_ status: String) async {
        let answer = #"{"id":"r","status":"\#(status)","output":[],"usage":null}"#
        let bench = bench(.head(200), .bytes(answer))
        await bench.send(Self.request, path: "/v1/responses")
        #expect(bench.record?.outcome == "completed")
        #expect(bench.record?.usage == nil)
        #expect(bench.record?.usageSource == nil)
        #expect(bench.writer.text == answer)
    }

    @Test func isCountedWhereItIsDone() async {
        let answer =
            #"{"status":"completed","output":[{"content":[{"type":"output_text","text":"one two"}]}]}"#
        let bench = bench(.head(200), .bytes(answer))
        await bench.send(Self.request, path: "/v1/responses")
        #expect(bench.record?.usage == TokenUsage(promptTokens: 7, completionTokens: 2))
        #expect(bench.record?.usageSource == .counted)
    }

    @Test(arguments: [true, false])
    func ofAStreamWhoseClientLeftIsNotKnown(_ isBackground: Bool) async {
        let bench = bench()
        bench.script(
            .streamHead, .bytes("event: x\ndata: {\"delta\":\"one\"}\n\n"),
            .act { [unowned bench] in bench.writer.leave() })
        await bench.send(
            #"{"model":"m","background":\#(isBackground),"stream":true,"input":"hello"}"#,
            path: "/v1/responses")
        #expect(bench.record?.outcome == "client_gone")
        #expect(bench.record?.usageSource == (isBackground ? nil : .counted))
    }
}
