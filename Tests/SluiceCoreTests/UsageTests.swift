import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

struct UsageTests {
    static let usage = #""usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}"#
    static let usageChunk = #"data: {"choices":[],"# + usage + "}\n\n"
    static let counted = TokenUsage(promptTokens: 3, completionTokens: 2)

    private func bench(_ stream: String, reports: Bool = true) -> Bench {
        let bench = Bench([.streamHead, .bytes(stream)])
        bench.providers = [.scripted(reportsStreamUsage: reports)]
        return bench
    }

    private func sent(_ bench: Bench) -> String {
        String(decoding: bench.transport.requests[0].body.bytes, as: UTF8.self)
    }

    @Test func usageIsAskedForAndHiddenFromAClientThatDidNotAsk() async {
        let bench = bench(chunk("a") + last + Self.usageChunk + done)
        await bench.send(streaming)
        #expect(sent(bench).contains(#""stream_options":{"include_usage":true}"#))
        #expect(bench.writer.text == chunk("a") + last + done)
        #expect(bench.record?.usage == Self.counted)
        #expect(bench.record?.usageSource == .provider)
    }

    @Test func aClientThatAskedGetsTheChunkAndItsRequestUntouched() async {
        let body =
            #"{"model":"m", "stream":true,"stream_options":{"include_usage":true},"messages":[]}"#
        let bench = bench(chunk("a") + last + Self.usageChunk + done)
        await bench.send(body)
        #expect(sent(bench) == body)
        #expect(bench.writer.text.contains(Self.usageChunk))
        #expect(bench.record?.usage == Self.counted)
    }

    @Test func nothingIsInjectedWhereTheProviderDoesNotReportUsage() async {
        let bench = bench(chunk("a") + last + done, reports: false)
        await bench.send(streaming)
        #expect(sent(bench) == streaming)
        #expect(bench.record?.usage == nil)
        #expect(bench.record?.usageSource == nil)
    }

    @Test func otherStreamOptionsAreKept() async {
        let bench = bench(last + done)
        await bench.send(
            #"{"model":"m","stream":true,"stream_options":{"include_obfuscation":false,"include_usage":false}}"#
        )
        #expect(sent(bench).contains(#""include_obfuscation":false"#))
        #expect(sent(bench).contains(#""include_usage":true"#))
        #expect(sent(bench).count(of: "include_usage") == 1)
    }

    @Test func plainRequestsAndOtherEndpointsAreLeftAlone() async {
        let bench = bench("")
        bench.script(.head(200), .bytes(#"{"choices":[],\#(Self.usage)}"#))
        await bench.send(plain)
        #expect(sent(bench) == plain)
        #expect(bench.record?.usage == Self.counted)
    }

    @Test func usageInTheLastChunkWithChoicesIsRecordedAndPassedOn() async {
        let both =
            #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"# + Self.usage
            + "}\n\n"
        let bench = bench(chunk("a") + both + done)
        await bench.send(streaming)
        #expect(bench.writer.text == chunk("a") + both + done)
        #expect(bench.record?.usage == Self.counted)
    }

    @Test func usageThatCameBeforeTheClientLeftIsRecorded() async {
        let bench = Bench()
        bench.script(
            .streamHead, .bytes(chunk("a") + Self.usageChunk),
            .act { [unowned bench] in bench.writer.leave() })
        await bench.send(streaming)
        #expect(bench.record?.outcome == "client_gone")
        #expect(bench.record?.usage == Self.counted)
    }

    @Test func usageThatCameBeforeACutIsRecorded() async {
        let bench = Bench([.streamHead, .bytes(chunk("a") + Self.usageChunk)])
        await bench.send(streaming)
        #expect(bench.record?.outcome == "upstream_error")
        #expect(bench.record?.usage == Self.counted)
    }
}
