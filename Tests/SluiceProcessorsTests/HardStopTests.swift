import Foundation
import SluiceCore
import SluiceTesting
import Testing

@testable import SluiceProcessors

/// Streams that write more than was reserved for them.
struct HardStopTests {
    /// - Parameter text: of each event; every word is a token.
    private static func bench(
        _ stop: String, _ limit: Int, text: String = words
    ) throws -> LimitBench {
        let chunk =
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"},\"finish_reason\":null}]}\n\n"
        let last =
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
        let steps: [ScriptedTransport.Step] =
            [.head(RateLimitTests.stream)]
            + (0..<40).map { _ in .bytes(Array(chunk.utf8)) } + [.bytes(Array(last.utf8))]
        return try LimitBench(
            "tokens_per_minute = \(limit)\n\(stop)", answers: [steps])
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
        #expect(bench.text.contains("insufficient_quota"))
        #expect(!bench.text.contains("[DONE]"))
        #expect(bench.text.split(separator: Self.words).count == 11)
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
        #expect(bench.record?.usageSource == .counted)
        #expect(bench.store.settlements.count == 1)
    }

    /// Forty tokens are reserved; how many bytes they take makes no difference.
    @Test(arguments: [
        (" a b", 20), (" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 40),
        (#" \u00e9\u00e9\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9\u00e9\u00e9"#, 20),
        (#" \n\n\n\n\n\n\n\n b"#, 20),
    ])
    func tokensAreCountedAndNotBytes(_ text: String, _ events: Int) async throws {
        let bench = try Self.bench("hard_stop = \"error\"", 60, text: text)
        await bench.send(Self.request)
        let passed = bench.text.components(separatedBy: "\"content\":").count - 1
        #expect(passed == min(events, 40))
        #expect(bench.text.contains("insufficient_quota") == (events < 40))
    }

    /// What one event brings at once is taken at once, and not 256 tokens of it.
    @Test func aLargeEventTakesAllThatItNeeds() async throws {
        let text = String(repeating: " a", count: 500)
        let bench = try Self.bench("hard_stop = \"error\"", 700, text: text)
        await bench.send(Self.request)
        #expect(bench.text.components(separatedBy: "\"content\":").count == 1)
        #expect(bench.text.contains("insufficient_quota"))
    }
}
