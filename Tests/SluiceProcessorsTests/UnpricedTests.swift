import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

@testable import SluiceProcessors

/// Under a budget nothing that costs money is free, whatever its path or its form.
struct UnpricedTests {
    private static let budget = "budget_per_day = 100.0"
    private static let chat = #"{"model":"m","max_tokens":40,"messages":[]}"#

    @Test(arguments: [
        ("/v1/images/generations", #"{"prompt":"a cat"}"#, "application/json"),
        ("/v1/images/generations", #"{"model":"m","prompt":"a cat"}"#, "text/plain"),
        (
            "/v1/batches", #"{"input_file_id":"f","endpoint":"/v1/chat/completions"}"#,
            "application/json"
        ),
        ("/v1/messages", #"{"model":"other","max_tokens":5}"#, "application/json"),
        ("/v1/made-up", "", "application/json"),
        ("/v1/threads/runs", #"{"assistant_id":"a"}"#, "application/json"),
        ("/v1/images/generations/cancel", "", "application/json"),
        ("/v1/images/generations%3f/cancel", "", "application/json"),
        ("/v1/responses/a;b/cancel", "", "application/json"),
    ])
    func whatHasNoPriceIsRefused(path: String, body: String, type: String) async throws {
        let bench = try LimitBench(Self.budget, prices: 1_000_000)
        await bench.send(body, path: path, type: type)
        #expect(bench.status == 403)
        #expect(bench.text.contains(#""code":"model_without_price""#))
        #expect(bench.text.contains("`"))
        // The whole path, where no model is named: others beside it may be free.
        if !body.contains("model") { #expect(bench.text.contains("request to \(path) would")) }
        #expect(bench.transport.requests.isEmpty)
        let free = try LimitBench(Self.budget + "\nunpriced = \"free\"", prices: 1_000_000)
        await free.send(body, path: path, type: type)
        #expect(free.status == 200)
    }

    @Test(arguments: [
        ("/v1/files", HTTPMethod.post, "{}"), ("/v1/uploads/u/parts", .post, "{}"),
        ("/v1/moderations", .post, #"{"input":"x"}"#), ("/v1/responses/r", .get, ""),
        ("/v1/responses/r", .delete, ""), ("/v1/batches/b/cancel", .post, ""),
        ("/v1/fine_tuning/jobs/ft-1/cancel", .post, ""), ("/v1/threads/t/runs/r/cancel", .post, ""),
        ("/v1/models", .get, ""),
    ])
    func whatCostsNothingPasses(path: String, method: HTTPMethod, body: String) async throws {
        let bench = try LimitBench(
            Self.budget + "\ntokens_per_minute = 5", prices: 1_000_000,
            answers: [[.head(RateLimitTests.json(200)), .bytes(Array("{}".utf8))]])
        await bench.send(body, path: path, method: method)
        #expect(bench.status == 200)
        #expect(bench.store.settlements.map(\.tokens) == [0])
        #expect(bench.store.settlements.map(\.cost) == [.zero])
    }

    @Test func aPathThatIsPassedOnReservesWhatItAsksFor() async throws {
        // 50,000 tokens at 2 each.
        let bench = try LimitBench(Self.budget, prices: 1_000_000)
        await bench.send(#"{"model":"m","max_tokens":50000}"#, path: "/v1/messages")
        #expect(bench.status == 429)
        #expect(bench.text.contains("insufficient_quota"))
    }

    @Test func itIsSettledWithTheUsageInItsAnswer() async throws {
        let answer = #"{"content":[],"usage":{"input_tokens":10,"output_tokens":20}}"#
        let bench = try LimitBench(
            "tokens_per_minute = 1000\n" + Self.budget, prices: 1_000_000,
            answers: [[.head(RateLimitTests.json(200)), .bytes(Array(answer.utf8))]])
        await bench.send(#"{"model":"m","max_tokens":30}"#, path: "/v1/messages")
        #expect(bench.status == 200)
        #expect(bench.text == answer)
        #expect(bench.store.settlements.map(\.tokens) == [30])
        #expect(bench.store.settlements.map(\.cost) == [Money(50)])
        #expect(bench.record?.usageSource == .provider)
        // What is read again was paid for before.
        await bench.send("", path: "/v1/messages/7", method: .get)
        #expect(bench.store.settlements.map(\.tokens) == [30, 0])
    }

    @Test func anAnswerWithoutUsageCostsWhatWasReserved() async throws {
        let long =
            #"{"data":"\#(String(repeating: "x", count: 70_000))","usage":{"input_tokens":1}}"#
        for answer in ["{}", "nonsense", long] {
            let bench = try LimitBench(
                "tokens_per_minute = 1000",
                answers: [[.head(RateLimitTests.json(200)), .bytes(Array(answer.utf8))]])
            await bench.send(#"{"model":"m","max_tokens":30}"#, path: "/v1/messages")
            #expect(bench.text == answer)
            #expect(bench.store.settlements.map(\.tokens) == [37])
        }
    }

    @Test func aStreamedBodyCountsWithAllOfItsLength() throws {
        func tokens(_ length: UInt64?, _ endpoint: Endpoint) -> Int {
            RequestBody.stream(
                BodyPrefix(bytes: Array("four".utf8), modelRange: nil, totalLength: length)
            ).roughTokens(endpoint)
        }
        #expect(tokens(nil, .other("other")) == 1)
        #expect(tokens(4_000, .other("other")) == 1_000)
        #expect(tokens(3_200_000, .other("audio")) == 2_000)
        #expect(tokens(.max, .other("other")) == 1 << 38)
    }
}
