import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

/// Tokens that a provider did not tell.
struct CountedUsageTests {
    private static let whole = #"{"choices":[{"message":{"content":"one two"}}]}"#

    private func bench(_ answers: [StepTransport.Step]..., exact: Bool = true) -> Bench {
        let bench = Bench()
        bench.transport.answers = answers
        bench.accounting = UsageAccounting(
            models: ModelTable([
                (
                    name: "m",
                    facts: ModelFacts(prices: TokenPrices(input: 1, cachedInput: 0.5, output: 2))
                )
            ]), prompts: SevenTokens(isExact: exact), texts: Words())
        return bench
    }

    private func check(
        _ bench: Bench, _ completion: Int?, _ source: UsageSource?, prompt: Int = 7
    ) {
        let expected = completion.map { TokenUsage(promptTokens: prompt, completionTokens: $0) }
        #expect(bench.record?.usage == expected)
        #expect(bench.record?.usageSource == source)
    }

    @Test func aStreamWithoutUsageIsCounted() async {
        let bench = bench([.streamHead, .bytes(chunk("one two ") + chunk("three") + last + done)])
        await bench.send(streaming)
        check(bench, 3, .counted)
        #expect(bench.record?.cost == (7 + 3 * 2) / 1_000_000.0)
    }

    @Test func aCutStreamIsCountedAsFarAsItCame() async {
        let bench = bench([.streamHead, .bytes(chunk("one two"))])
        await bench.send(streaming)
        #expect(bench.record?.outcome == "upstream_error")
        check(bench, 2, .counted)
    }

    @Test func aStreamWhoseClientLeftIsCountedAsFarAsItCame() async {
        let bench = bench()
        bench.script(
            .streamHead, .bytes(chunk("one two")), .act { [unowned bench] in bench.writer.leave() })
        await bench.send(streaming)
        #expect(bench.record?.outcome == "client_gone")
        check(bench, 2, .counted)
    }

    @Test func anAnswerWithoutUsageIsCountedAndSaysSo() async {
        let bench = bench([.head(200), .bytes(Self.whole)])
        await bench.send(plain)
        check(bench, 2, .counted)
        #expect(bench.writer.head?.headers["x-sluice-usage-source"] == "counted")
        #expect(bench.writer.text == Self.whole)
    }

    @Test func whatTheProviderTellsIsNotCounted() async {
        let bench = bench([.head(200), .bytes(#"{"choices":[],\#(UsageTests.usage)}"#)])
        await bench.send(plain)
        check(bench, 2, .provider, prompt: 3)
        #expect(bench.writer.head?.headers["x-sluice-usage-source"] == "provider")
        #expect(bench.record?.cost == (3 + 2 * 2) / 1_000_000.0)
    }

    @Test func aGuessIsCalledOne() async {
        let bench = bench([.head(200), .bytes(Self.whole)], exact: false)
        await bench.send(plain)
        check(bench, 2, .estimated)
    }

    @Test func aPromptThatWasSentAndNeverAnsweredCounts() async {
        let bench = bench()
        bench.script(.act { [unowned bench] in bench.writer.leave() })
        await bench.send(plain)
        check(bench, 0, .counted)
    }

    @Test(arguments: [ProxyError.connectionLost("test"), .cannotConnect("test")])
    func failuresUseNothing(_ error: ProxyError) async {
        let bench = bench([.fail(error)])
        await bench.send(plain)
        check(bench, nil, nil)
    }

    /// The provider has the prompt, and was at work on it.
    @Test(arguments: ["first byte", "total"])
    func aTimeLimitDoesNotMakeAPromptFree(_ limit: String) async {
        let bench = bench([.fail(.upstreamTimeout(limit))])
        await bench.send(plain)
        check(bench, 0, .estimated)
    }

    @Test(arguments: ["send", "total, before it was sent"])
    func aTimeLimitBeforeTheRequestWasOutUsesNothing(_ limit: String) async {
        let bench = bench([.fail(.upstreamTimeout(limit))])
        await bench.send(plain)
        check(bench, nil, nil)
    }

    @Test func theTextOfAModelThatThinksIsNotAll() async {
        let bench = bench([.streamHead, .bytes(chunk("one two") + last + done)])
        bench.accounting = UsageAccounting(prompts: SevenTokens(), texts: Words(seesAll: false))
        await bench.send(streaming)
        check(bench, 2, .estimated)
    }

    @Test func anErrorOfTheProviderUsesNothing() async {
        let bench = bench([.head(500), .bytes("{}")])
        await bench.send(plain)
        check(bench, nil, nil)
    }

    @Test func aRefusedRequestUsesNothing() async {
        let bench = bench([.head(200), .bytes(Self.whole)])
        bench.processors = [
            Traced { $0.processes = { _ in throw ProxyError.invalidRequest("no") } }
        ]
        await bench.send(plain)
        check(bench, nil, nil)
    }

    /// The first provider cannot be reached, and the second is dearer.
    @Test func theOneThatAnsweredIsPaid() async {
        let bench = bench([.fail(.cannotConnect("test"))], [.head(200), .bytes(Self.whole)])
        let prices = TokenPrices(input: 1, cachedInput: 1, output: 2)
        let dear = TokenPrices(input: 10, cachedInput: 10, output: 20)
        bench.accounting = UsageAccounting(
            models: ModelTable(
                [(name: "m", facts: ModelFacts(prices: prices))],
                providers: ["second": [(name: "m", facts: ModelFacts(prices: dear))]]),
            prompts: SevenTokens(), texts: Words())
        bench.providers = [.scripted("first", models: ["m"]), .scripted("second", models: ["m"])]
        await bench.send(plain)
        #expect(bench.record?.provider == "second")
        #expect(bench.record?.cost == 0.000_11)
    }

    @Test func cachedPromptTokensHaveTheirOwnPrice() {
        let prices = TokenPrices(input: 10, cachedInput: 1, output: 100)
        let usage = TokenUsage(promptTokens: 1000, completionTokens: 10, cachedTokens: 400)
        #expect(prices.cost(of: usage) == 0.0074)
    }
}

struct SevenTokens: PromptCounter {
    var isExact = true
    private var tokens: PromptTokens { PromptTokens(count: 7, tokenizer: "t", isExact: isExact) }
    func count(_ request: borrowing ProxyRequest) async -> PromptTokens { tokens }
    func countAtOnce(_ request: borrowing ProxyRequest) -> PromptTokens? { tokens }
}

struct Words: TextCounter {
    var seesAll = true
    func seesAll(of model: String) -> Bool { seesAll }

    func count(_ text: [UInt8], model: String) async -> (count: Int, isExact: Bool) {
        (words(text.span), true)
    }

    func countAtOnce(
        _ text: Span<UInt8>, model: String
    ) -> (count: Int, isExact: Bool)? { (words(text), true) }

    private func words(_ text: Span<UInt8>) -> Int {
        String(copying: text).split(separator: " ").count
    }
}

extension String {
    fileprivate init(copying text: Span<UInt8>) {
        var bytes: [UInt8] = []
        for index in text.indices { bytes.append(text[index]) }
        self.init(decoding: bytes, as: UTF8.self)
    }
}
