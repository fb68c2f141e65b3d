import SluiceCore
import SluiceTokens
import Testing

@testable import SluiceProcessors

/// Vocabularies are unpacked beside the loops.
struct TokenizerSourceTests {
    @Test func nothingIsUnpackedUntilSomebodyWaitsForIt() async {
        let source = TokenizerSource("p50k_base")
        #expect(source.loaded == nil)
        #expect(await source.tokenizer().name == "p50k_base")
        #expect(source.loaded?.name == "p50k_base")
    }

    @Test func allWhoWaitGetIt() async {
        let source = TokenizerSource("p50k_base")
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { await source.tokenizer().count("hello world") } }
            for await count in group { #expect(count == 2) }
        }
    }

    @Test(arguments: ["estimate", "no such tokenizer"])
    func anEstimateIsThereAtOnce(_ name: String) {
        #expect(TokenizerSource(name).loaded?.name == "estimate")
        #expect(TokenizerSource.named(name).name == "estimate")
    }

    @Test func oneServesAllWhoAskForItsName() {
        #expect(TokenizerSource.named("p50k_base") === TokenizerSource.named("p50k_base"))
    }

    @Test func longTextsAreNotForALoop() async throws {
        let counter = RequestTokenCounter(ModelTable())
        counter.prepare(["gpt-4o"])
        let short = [UInt8](repeating: 0x61, count: 16 << 10)
        let long = short + [0x61]
        #expect(counter.countAtOnce(short.span, model: "gpt-4o") != nil)
        #expect(counter.countAtOnce(long.span, model: "gpt-4o") == nil)
        let counted = await counter.count(long, model: "gpt-4o")
        #expect(counted.count == counter.tokenizer(of: "gpt-4o").count(long.span))
        #expect(counted.isExact)
    }

    @Test(arguments: [("gpt-4o", true), ("o3-mini", false), ("gpt-5", false)])
    func modelsThatThinkDoNotShowAll(_ model: String, _ showsAll: Bool) {
        #expect(RequestTokenCounter(ModelTable()).seesAll(of: model) == showsAll)
    }
}
