import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

/// Numbers that providers tell, and that cannot be.
struct ProviderNumberTests {
    private func bench(_ usage: String, _ keys: String, prices: Double? = nil) throws -> LimitBench
    {
        let answer =
            #"{"choices":[{"index":0,"message":{"content":"two words"}}],"usage":\#(usage)}"#
        return try LimitBench(
            keys, prices: prices,
            answers: [[.head(RateLimitTests.json(200)), .bytes(Array(answer.utf8))]])
    }

    @Test(arguments: [
        #"{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807}"#,
        #"{"prompt_tokens":900000000000000000,"completion_tokens":900000000000000000}"#,
        #"{"prompt_tokens":-5000,"completion_tokens":-9223372036854775808}"#,
    ])
    func whatNobodyCanHaveUsedIsCountedHere(usage: String) async throws {
        let bench = try bench(usage, "tokens_per_minute = 1000")
        await bench.send(RateLimitTests.prompt)
        #expect(bench.store.settlements.map(\.tokens) == [12])
        #expect(bench.record?.usageSource == .counted)
        #expect(bench.field("x-ratelimit-limit-tokens") == "1000")
    }

    @Test func theLargestCountsAddUp() async throws {
        let most = TokenUsage.possible.upperBound
        let bench = try bench(
            #"{"prompt_tokens":\#(most),"completion_tokens":\#(most)}"#,
            "tokens_per_minute = 1000\nbudget_per_month = 1000.0", prices: 1_000_000)
        for _ in 0..<3 {
            bench.advance(.seconds(86_400 * 32))
            await bench.send(RateLimitTests.prompt)
            #expect(bench.status == 200)
        }
        #expect(bench.store.settlements.map(\.tokens) == [2 * most, 2 * most, 2 * most])
        await bench.send(RateLimitTests.prompt)
        #expect(bench.status == 429)
    }
}
