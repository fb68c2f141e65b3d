import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

/// What a stream used, told behind it to clients that want to know.
struct UsageTrailerTests {
    private func bench(
        _ steps: StepTransport.Step..., texts: any TextCounter = Words(), takes: Bool = true
    ) -> Bench {
        let bench = Bench()
        bench.transport.answers = [steps]
        bench.accounting = UsageAccounting(prompts: SevenTokens(), texts: texts)
        bench.writer.takesTrailers = takes
        return bench
    }

    private static let stream = chunk("one two") + last + done
    private static let told =
        chunk("one") + last + "data: {\"choices\":[],\(UsageTests.usage)}\n\n" + done

    private func announced(_ bench: Bench) -> String? { bench.writer.head?.headers["trailer"] }
    private func source(_ bench: Bench) -> String? {
        bench.writer.trailers?["x-sluice-usage-source"]
    }

    @Test(arguments: ["trailers", "Trailers", "deflate;q=0.5, trailers"])
    func comesBehindTheStream(_ te: String) async {
        let bench = bench(.streamHead, .bytes(Self.stream))
        await bench.send(streaming, te: te)
        #expect(announced(bench) == "x-sluice-usage-source")
        #expect(source(bench) == "counted")
        #expect(bench.writer.text == Self.stream)
        #expect(bench.record?.usageSource == .counted)
    }

    @Test func saysWhatTheProviderToldTheProxy() async {
        let bench = bench(.streamHead, .bytes(Self.told))
        await bench.send(streaming, te: "trailers")
        #expect(source(bench) == "provider")
    }

    @Test(arguments: [nil, "deflate", "trailersx"])
    func nobodyElseGetsOne(_ te: String?) async {
        let bench = bench(.streamHead, .bytes(Self.stream))
        await bench.send(streaming, te: te)
        #expect(announced(bench) == nil)
        #expect(bench.writer.trailers == nil)
        #expect(bench.writer.isEnded)
    }

    @Test func whereNoneCanFollowNoneIsAnnounced() async {
        let bench = bench(.streamHead, .bytes(Self.stream), takes: false)
        await bench.send(streaming, te: "trailers")
        #expect(announced(bench) == nil)
        #expect(bench.writer.trailers == nil)
    }

    @Test func anAnswerThatIsNoStreamSaysItInItsHead() async {
        let bench = bench(.head(200), .bytes(#"{"choices":[{"message":{"content":"a b"}}]}"#))
        await bench.send(plain, te: "trailers")
        #expect(announced(bench) == nil)
        #expect(bench.writer.head?.headers["x-sluice-usage-source"] == "counted")
        #expect(bench.writer.trailers == nil)
    }

    @Test func aStreamThatEndsWithAnErrorHasItToo() async {
        let bench = bench(.streamHead, .bytes(chunk("one two")))
        await bench.send(streaming, te: "trailers")
        #expect(bench.record?.outcome == "upstream_error")
        #expect(source(bench) == "counted")
    }

    @Test func itWaitsForTheCount() async {
        let bench = bench(.streamHead, .bytes(Self.stream), texts: SlowWords())
        await bench.send(streaming, te: "trailers")
        #expect(source(bench) == "counted")
        #expect(bench.writer.text == Self.stream)
        #expect(bench.record?.usage?.completionTokens == 2)
    }

    @Test func aClientThatLeavesMeanwhileGetsNothing() async {
        let counter = SlowWords()
        let bench = bench(.streamHead, .bytes(Self.stream), texts: counter)
        bench.script(
            .streamHead, .bytes(Self.stream),
            .act { [unowned bench] in
                _ = bench.transport.tasks.spawn { bench.writer.leave() }
            })
        await bench.send(streaming, te: "trailers")
        #expect(bench.writer.trailers == nil)
        #expect(!bench.writer.isEnded)
        #expect(bench.record?.outcome == "client_gone")
        #expect(bench.record?.usage?.completionTokens == 2)
    }
}
