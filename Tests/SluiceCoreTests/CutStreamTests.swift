import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

/// A stream that was cut must not look whole: the client gets one error event, and no `[DONE]` behind it.
struct CutStreamTests {
    private func run(_ steps: StepTransport.Step...) async -> Bench {
        let bench = Bench([.streamHead] + steps)
        await bench.send(streaming)
        return bench
    }

    private func expectCut(_ bench: Bench, _ whole: String, code: String) {
        let text = bench.writer.text
        #expect(text.hasPrefix(whole + "data: {\"error\""), "\(text)")
        #expect(text.count(of: #""error""#) == 1)
        #expect(text.count(of: code) == 1)
        #expect(text.hasSuffix("\n\n"))
        #expect(!text.contains("[DONE]"))
        #expect(bench.writer.isEnded)
        #expect(bench.record?.outcome == "upstream_error")
        #expect(bench.record?.errorCode == code)
    }

    @Test(arguments: 1..<chunk("b").utf8.count)
    func inMidEvent(cut: Int) async {
        let part = Array(chunk("b").utf8.prefix(cut))
        expectCut(
            await run(.bytes(chunk("a")), .bytes(part)), chunk("a"), code: "upstream_stream_cut")
    }

    @Test func inMidEventBehindAFinishReason() async {
        expectCut(
            await run(.bytes(chunk("a") + last + "data: [DO")), chunk("a") + last,
            code: "upstream_stream_cut")
    }

    @Test func withoutATerminalEvent() async {
        expectCut(await run(.bytes(chunk("a"))), chunk("a"), code: "upstream_stream_cut")
    }

    @Test func withNoEventAtAll() async {
        expectCut(await run(), "", code: "upstream_stream_cut")
    }

    @Test func byABrokenConnection() async {
        expectCut(
            await run(.bytes(chunk("a") + "data: {"), .fail(.connectionLost("reset"))), chunk("a"),
            code: "upstream_connection_lost")
    }

    @Test func byATimeout() async {
        expectCut(
            await run(.bytes(chunk("a")), .fail(.upstreamTimeout("stream idle"))), chunk("a"),
            code: "upstream_timeout")
    }

    @Test func aFinishReasonAloneEndsAStream() async {
        let bench = await run(.bytes(chunk("a") + last))
        #expect(bench.writer.text == chunk("a") + last)
        #expect(bench.record?.outcome == "completed")
    }

    @Test func aConnectionThatBreaksBehindTheLastEventTookNothing() async {
        let bench = await run(.bytes(last + done), .fail(.connectionLost("reset")))
        #expect(bench.writer.text == last + done)
        #expect(bench.record?.outcome == "completed")
    }

    @Test(arguments: ["end", "break"])
    func aProvidersOwnErrorEventIsNotDoubled(how: String) async {
        let error = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"
        let bench =
            how == "end"
            ? await run(.bytes(chunk("a") + error))
            : await run(.bytes(chunk("a") + error), .fail(.connectionLost("reset")))
        #expect(bench.writer.text == chunk("a") + error)
        #expect(bench.record?.outcome == "upstream_error")
        #expect(bench.record?.errorCode == "upstream_stream_error")
    }

    @Test func aStreamThatBeganIsNeverTriedAgain() async {
        let bench = Bench(
            [.streamHead, .bytes(chunk("a")), .fail(.cannotConnect("odd"))],
            [.streamHead, .bytes(last + done)])
        bench.providers = [.scripted("one"), .scripted("two")]
        await bench.send(streaming)
        #expect(bench.transport.requests.count == 1)
        expectCut(bench, chunk("a"), code: "upstream_unreachable")
    }

    @Test func anEventOverTheLimitEndsTheStream() async {
        var limits = PipelineLimits()
        limits.event = chunk("abc").utf8.count
        let bench = Bench([
            .streamHead, .bytes(chunk("abc")), .bytes(String(chunk("abcd").dropLast(1))),
        ])
        bench.limits = limits
        await bench.send(streaming)
        #expect(bench.writer.text.hasPrefix(chunk("abc")))
        // At the limit, its last byte missing: cut, not too large.
        #expect(bench.record?.errorCode == "upstream_stream_cut")

        let over = Bench([.streamHead, .bytes(chunk("abc")), .bytes(chunk("abcdefg"))])
        over.limits = limits
        await over.send(streaming)
        expectCut(over, chunk("abc"), code: "bad_upstream_response")
    }
}
