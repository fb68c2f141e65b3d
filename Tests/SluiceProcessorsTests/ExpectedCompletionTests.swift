import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

@testable import SluiceProcessors

/// How many tokens are reserved for completions.
struct ExpectedCompletionTests {
    private func expected(
        _ members: String, _ endpoint: Endpoint = .chatCompletions, longest: Int? = nil
    ) throws -> Int? {
        ExpectedCompletion(try request(#"{"model":"m",\#(members)}"#, endpoint))?
            .tokens(learned: 1_024, longest: longest)
    }

    @Test(arguments: [
        (#""x":1"#, 1_024), (#""max_tokens":50"#, 50), (#""max_tokens":null"#, 1_024),
        // Of several the largest; providers differ in which they take.
        (#""max_completion_tokens":0,"max_tokens":50000"#, 50_000),
        (#""max_completion_tokens":10,"max_tokens":50000,"max_output_tokens":7"#, 50_000),
        (#""max_tokens":50,"Max_Tokens":60"#, 60), (#""max_tokens":50,"max_tokens":6"#, 50),
        (#""max_tokens":0"#, 1_024), (#""max_tokens":-5"#, 1_024),
        // Some providers read these.
        (#""max_tokens":"50000""#, 50_000), (#""max_tokens":49.5"#, 50),
        (#""max_tokens":9223372036854775807"#, 1 << 40), (#""max_tokens":1e300"#, 1 << 40),
        (#""max_tokens":10,"n":3"#, 30), (#""max_tokens":10,"n":"3""#, 30),
        (#""max_tokens":10,"n":2,"best_of":5"#, 50), (#""max_tokens":10,"n":-1"#, 10),
        (#""max_tokens":9223372036854775807,"n":9223372036854775807"#, 1 << 40),
        (#""n":300"#, 300 * 1_024),
    ])
    func aChatReservesWhatItMayComeTo(members: String, tokens: Int) throws {
        #expect(try expected(members) == tokens)
    }

    @Test(arguments: [
        (#""prompt":"a""#, 10), (#""prompt":["a","b","c"]"#, 30), (#""prompt":[1,2,3]"#, 10),
        (#""prompt":[[1,2],[3]]"#, 20), (#""prompt":["a","b"],"best_of":3"#, 60),
        (#""prompt":["a","b"],"prompt":"a""#, 20), (#""prompt":[]"#, 10),
    ])
    func eachPromptHasACompletion(members: String, tokens: Int) throws {
        #expect(try expected(#""max_tokens":10,\#(members)"#, .completions) == tokens)
    }

    @Test func aModelWritesNoMoreThanItCan() throws {
        #expect(try expected(#""max_tokens":50000,"n":2"#, longest: 100) == 200)
    }

    @Test func otherPathsReserveWhatTheyAskFor() throws {
        #expect(try expected(#""max_tokens":50000"#, .other("other")) == 50_000)
        #expect(try expected(#""x":1"#, .other("other")) == nil)
        #expect(try expected(#""max_tokens":50000"#, .embeddings) == nil)
        #expect(try expected(#""max_tokens":50000"#, .other("files")) == nil)
    }

    @Test func littleIsNotExpectedBeforeEnoughIsKnown() {
        let estimates = CompletionEstimates()
        #expect(estimates.expected(model: "m") == CompletionEstimates.initial)
        for _ in 1..<CompletionEstimates.enough {
            estimates.learn(2, model: "m")
            #expect(estimates.expected(model: "m") == CompletionEstimates.least)
        }
        for _ in 0..<20 { estimates.learn(2, model: "m") }
        #expect(estimates.expected(model: "m") == 3)
        for _ in 0..<20 { estimates.learn(1 << 40, model: "m") }
        #expect(estimates.expected(model: "m") <= CompletionLimit.most)
    }

    @Test func oneLongCompletionIsNoReasonToExpectMuchMore() {
        let estimates = CompletionEstimates()
        estimates.learn(5_000, model: "m")
        #expect(5_000...7_500 ~= estimates.expected(model: "m"))
    }

    @Test(arguments: ["tokens_per_minute = 400", "budget_per_day = 500.0"])
    func anEstimateIsNeverTooLarge(_ limit: String) async throws {
        let bench = try LimitBench(limit, prices: 1_000_000)
        await bench.send(#"{"model":"m","messages":[]}"#)
        #expect(bench.status == 200)
        // What is asked for is.
        await bench.send(#"{"model":"m","max_tokens":1024,"messages":[]}"#)
        #expect(bench.status == 429)
        #expect(bench.text.contains("too large") || bench.text.contains("too dear"))
        #expect(bench.field("retry-after") == nil)
    }

    @Test func oneLongAnswerDoesNotLockEverybodyOut() async throws {
        let long =
            #"{"choices":[{"index":0,"message":{"content":"hi"}}],"usage":{"prompt_tokens":10,"completion_tokens":7000}}"#
        let bench = try LimitBench(
            "tokens_per_minute = 8000",
            answers: [[.head(RateLimitTests.json(200)), .bytes(Array(long.utf8))]])
        let open = #"{"model":"m","messages":[]}"#
        await bench.send(open)
        await bench.send(open)
        #expect(bench.status == 429)
        let requested =
            "Requested 8000 (estimated: the request does not say `max_tokens`)"
        #expect(bench.text.contains(requested))
        #expect(bench.field("retry-after") != nil)
        #expect(
            bench.record?.errorDetail
                == "rate-limits client, key client, tokens_per_minute: limit 8000, used 7010, asked for 8000 (estimated)"
        )
        bench.advance(.seconds(61))
        await bench.send(open)
        #expect(bench.status == 200)
    }

    @Test func aNumberOfRequestsIsNoEstimate() async throws {
        let bench = try LimitBench("requests_per_minute = 1")
        let open = #"{"model":"m","messages":[]}"#
        await bench.send(open)
        await bench.send(open)
        #expect(
            bench.record?.errorDetail
                == "rate-limits client, key client, requests_per_minute: limit 1, used 1, asked for 1"
        )
    }

    @Test func whatAClientLimitsTeachesNothing() async throws {
        let short =
            #"{"choices":[{"index":0,"message":{"content":"hi"}}],"usage":{"prompt_tokens":10,"completion_tokens":1}}"#
        let bench = try LimitBench(
            "tokens_per_minute = 100_000",
            answers: [[.head(RateLimitTests.json(200)), .bytes(Array(short.utf8))]])
        for _ in 0..<40 { await bench.send(#"{"model":"m","max_tokens":1,"messages":[]}"#) }
        await bench.send(#"{"model":"m","messages":[]}"#)
        let used = 40 * 11 + 10 + CompletionEstimates.initial
        #expect(bench.field("x-ratelimit-remaining-tokens") == "\(100_000 - used)")
    }

    @Test func completionsTogetherTeachWhatOneIs() async throws {
        let several =
            #"{"choices":[{"index":0,"message":{"content":"hi"}}],"usage":{"prompt_tokens":10,"completion_tokens":4000}}"#
        let bench = try LimitBench(
            "tokens_per_minute = 1_000_000",
            answers: [[.head(RateLimitTests.json(200)), .bytes(Array(several.utf8))]])
        for _ in 0..<30 { await bench.send(#"{"model":"m","n":4,"messages":[]}"#) }
        bench.advance(.seconds(120))
        await bench.send(#"{"model":"m","messages":[]}"#)
        let left = Int(bench.field("x-ratelimit-remaining-tokens") ?? "") ?? 0
        #expect(1_000_000 - 10 - 1_100...1_000_000 - 10 - 1_000 ~= left)
    }
}
