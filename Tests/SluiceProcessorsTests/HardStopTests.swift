import Foundation
import SluiceCore
import SluiceTesting
import Testing

@testable import SluiceProcessors

/// Streams that write more than was reserved for them.
struct HardStopTests {
    /// - Parameter text: of each event; every word is a token.
    private static func bench(
        _ stop: String, _ limit: Int, text: String = words, budget: Int? = nil
    ) throws -> LimitBench {
        let chunk =
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"},\"finish_reason\":null}]}\n\n"
        let last =
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
        let steps: [ScriptedTransport.Step] =
            [.head(RateLimitTests.stream)]
            + (0..<40).map { _ in .bytes(Array(chunk.utf8)) } + [.bytes(Array(last.utf8))]
        return try LimitBench(
            "tokens_per_minute = \(limit)\n\(stop)\n"
                + (budget.map { "budget_per_day = \($0).0" } ?? ""),
            prices: budget.map { _ in 1_000_000 }, answers: [steps])
    }

    private static let words = " aaa bbb ccc ddd"
    private static let request = #"{"model":"m","stream":true,"max_tokens":40,"messages":[]}"#

    @Test func withoutItAStreamGoesOn() async throws {
        let bench = try Self.bench("", 60)
        await bench.send(Self.request)
        #expect(bench.text.hasSuffix("data: [DONE]\n\n"))
        #expect(bench.record?.outcome == "completed")
    }

    @Test func aStreamWithRoomLeftGoesOn() async throws {
        let bench = try Self.bench("hard_stop = \"error\"", 1000)
        await bench.send(Self.request)
        #expect(bench.text.hasSuffix("data: [DONE]\n\n"))
        #expect(bench.store.settlements.count == 1)
    }

    @Test func aStreamEndsWithAnErrorEvent() async throws {
        let bench = try Self.bench("hard_stop = \"error\"", 60)
        await bench.send(Self.request)
        #expect(bench.text.contains(#""code":"rate_limit_exceeded""#))
        #expect(bench.text.contains("tokens per min (TPM): Limit 60, Used"))
        #expect(!bench.text.contains("[DONE]"))
        // Of the fifty that there are beside the prompt, 48 are twelve events.
        #expect(bench.text.split(separator: Self.words).count == 13)
        #expect(
            bench.record?.limit == LimitName(section: "client", limit: "tokens_per_minute"))
        #expect(bench.record?.outcome == "refused")
        #expect(bench.store.settlements.count == 1)
    }

    @Test func aStreamEndsAsIfItsLengthWasReached() async throws {
        let bench = try Self.bench("hard_stop = \"length\"", 60)
        await bench.send(Self.request)
        let end =
            #"data: {"id":"c1","object":"chat.completion.chunk","model":"m","created":7,"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"#
            + "\n\ndata: [DONE]\n\n"
        #expect(bench.text.hasSuffix(end))
        #expect(bench.writer.isEnded)
        #expect(bench.record?.outcome == "completed")
        #expect(bench.record?.status == 200)
        #expect(bench.record?.errorCode == "limit_reached")
        #expect(bench.record?.errorDetail?.contains("tokens_per_minute: limit 60") == true)
        #expect(bench.record?.usageSource == .counted)
        #expect(bench.store.settlements.count == 1)
    }

    /// Fifty tokens are there; how many bytes they take makes no difference.
    @Test(arguments: [
        (" a b", 25), (" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 40),
        (#" \u00e9\u00e9\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9\u00e9\u00e9"#, 25),
        (#" \n\n\n\n\n\n\n\n b"#, 25),
    ])
    func tokensAreCountedAndNotBytes(_ text: String, _ events: Int) async throws {
        let bench = try Self.bench("hard_stop = \"error\"", 60, text: text)
        await bench.send(Self.request)
        let passed = bench.text.components(separatedBy: "\"content\":").count - 1
        #expect(passed == min(events, 40))
        #expect(bench.text.contains("rate_limit_exceeded") == (events < 40))
    }

    /// What one event brings at once is taken at once, and not 256 tokens of it.
    @Test func aLargeEventTakesAllThatItNeeds() async throws {
        let text = String(repeating: " a", count: 500)
        let bench = try Self.bench("hard_stop = \"error\"", 700, text: text)
        await bench.send(Self.request)
        #expect(bench.text.components(separatedBy: "\"content\":").count == 2)
        #expect(bench.text.contains("rate_limit_exceeded"))
    }

    @Test func aSpentBudgetStopsAsAnInsufficientQuota() async throws {
        // Ten and forty tokens cost 90; a further one costs two.
        let bench = try Self.bench("hard_stop = \"error\"", 1000, budget: 95)
        await bench.send(Self.request)
        #expect(bench.text.contains(#""code":"insufficient_quota""#))
        #expect(bench.text.contains("the budget of this day: Limit 95.00"))
        #expect(bench.text.contains("T00:00:00Z"))
    }

    /// Clients close their connection at the end that they read, and have all of it then.
    @Test func aClientThatLeavesAtTheEndHasGotIt() async throws {
        let bench = try Self.bench("hard_stop = \"length\"", 12)
        bench.leavesAtEnd = true
        await bench.send(Self.request.replacing("40", with: "1"))
        #expect(bench.text.hasSuffix("data: [DONE]\n\n"))
        #expect(bench.record?.outcome == "completed")
        #expect(bench.record?.status == 200)
        #expect(bench.record?.errorCode == "limit_reached")
    }

    @Test func usageIsToldToThoseWhoAsk() async throws {
        let bench = try Self.bench("hard_stop = \"length\"", 60)
        let asking = #""stream_options":{"include_usage":true},"max_tokens""#
        await bench.send(Self.request.replacing("\"max_tokens\"", with: asking))
        let names = #"data: {"id":"c1","object":"chat.completion.chunk","model":"m","created":7,"#
        let end =
            names
            + #""choices":[{"index":0,"delta":{},"finish_reason":"length"}],"usage":null}"#
            + "\n\n" + names
            + #""choices":[],"usage":{"prompt_tokens":10,"completion_tokens":48,"total_tokens":58}}"#
            + "\n\ndata: [DONE]\n\n"
        #expect(bench.text.hasSuffix(end), "\(bench.text.suffix(600))")
    }

    @Test func aResponseKeepsItsNames() async throws {
        let created =
            "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"model\":\"m-1\",\"created_at\":7}}\n\n"
        let delta =
            "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"delta\":\" aaa bbb\"}\n\n"
        let steps: [ScriptedTransport.Step] =
            [.head(RateLimitTests.stream), .bytes(Array(created.utf8))]
            + (0..<40).map { _ in .bytes(Array(delta.utf8)) }
        let bench = try LimitBench(
            "tokens_per_minute = 60\nhard_stop = \"length\"", answers: [steps])
        await bench.send(
            #"{"model":"m","stream":true,"max_output_tokens":40,"input":"a"}"#,
            path: "/v1/responses")
        let end =
            #"data: {"type":"response.incomplete","sequence_number":4,"response":{"id":"resp_1","model":"m-1","created_at":7,"object":"response","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[],"usage":{"input_tokens":10,"output_tokens":50,"total_tokens":60}}}"#
        #expect(bench.text.hasSuffix(end + "\n\n"), "\(bench.text.suffix(600))")
    }
}
