import SluiceConfig
import SluiceCore
import SluiceProviders
import SluiceTesting
import SluiceWire
import Testing

@testable import SluiceProcessors

/// Requests through a pipeline with a `rate-limits` section.
struct RateLimitTests {
    static let answer =
        #"{"id":"x","choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}"#
    static let prompt = #"{"model":"m","max_tokens":40,"messages":[]}"#
    static let streaming = #"{"model":"m","stream":true,"max_tokens":40,"messages":[]}"#

    @Test func requestsBeyondTheLimitGet429WithOpenAIsError() async throws {
        let bench = try LimitBench("requests_per_minute = 1")
        await bench.send(Self.prompt)
        #expect(bench.status == 200)
        #expect(bench.field("x-ratelimit-limit-requests") == "1")
        #expect(bench.field("x-ratelimit-remaining-requests") == "0")
        #expect(bench.field("x-ratelimit-reset-requests")?.hasSuffix("s") == true)
        await bench.send(Self.prompt)
        #expect(bench.status == 429)
        #expect(bench.text.contains(#""code":"rate_limit_exceeded""#))
        #expect(bench.text.contains(#""type":"requests""#))
        #expect(59...61 ~= Int(bench.field("retry-after") ?? "") ?? 0)
        #expect(bench.field("x-ratelimit-remaining-requests") == "0")
        #expect(bench.transport.requests.count == 1)
        bench.advance(.seconds(61))
        await bench.send(Self.prompt)
        #expect(bench.status == 200)
    }

    @Test func tokensAreReservedAndThenSettled() async throws {
        // The counter of these tests says that every prompt has ten tokens.
        let bench = try LimitBench("tokens_per_minute = 100")
        await bench.send(Self.prompt)
        #expect(bench.field("x-ratelimit-remaining-tokens") == "50")
        await bench.send(Self.prompt)
        #expect(bench.field("x-ratelimit-remaining-tokens") == "20")
        await bench.send(Self.prompt)
        #expect(bench.status == 429)
        #expect(bench.text.contains(#""type":"tokens""#))
        #expect(bench.text.contains("Limit 100, Used 60, Requested 50"))
        await bench.send(#"{"model":"m","max_tokens":100,"messages":[]}"#)
        #expect(bench.text.contains("Request too large"))
        #expect(bench.field("x-should-retry") == "false")
        #expect(bench.field("retry-after") == nil)
    }

    @Test func completionsThatNobodyLimitsAreLearned() async throws {
        let bench = try LimitBench("tokens_per_minute = 2000")
        let open = #"{"model":"m","messages":[]}"#
        await bench.send(open)
        #expect(bench.field("x-ratelimit-remaining-tokens") == "966")
        for _ in 0..<20 { await bench.send(open) }
        let remaining = Int(bench.field("x-ratelimit-remaining-tokens") ?? "") ?? 0
        #expect(2000 - 20 * 30 - 60...2000 - 20 * 30 - 30 ~= remaining)
    }

    @Test func aSpentBudgetIsAnInsufficientQuota() async throws {
        // Ten prompt tokens and twenty of the completion cost 10 × 1 + 20 × 2 = 50.
        let bench = try LimitBench("budget_per_day = 100.0", prices: 1_000_000)
        await bench.send(Self.prompt)
        #expect(bench.record?.cost == 50)
        #expect(bench.status == 200)
        await bench.send(#"{"model":"m","max_tokens":20,"messages":[]}"#)
        #expect(bench.status == 200)
        await bench.send(Self.prompt)
        #expect(bench.status == 429)
        #expect(bench.text.contains(#""code":"insufficient_quota""#))
        #expect(bench.text.contains(#""type":"insufficient_quota""#))
        #expect(bench.text.contains("100.00, 100.00 is spent, and this request may cost 90.00"))
        #expect(bench.text.contains("T00:00:00Z"))
        #expect(bench.record?.limit == LimitName(section: "client", limit: "budget_per_day"))
        await bench.send(#"{"model":"m","max_tokens":400,"messages":[]}"#)
        #expect(bench.text.contains("too dear by itself: it may cost 810.00"))
        bench.advance(.seconds(86_400))
        await bench.send(Self.prompt)
        #expect(bench.status == 200)
    }

    @Test func whatRunningRequestsHoldIsToldFromWhatIsSpent() {
        var rules = LimitRules()
        rules.budgetPerMonth = Money(5)
        let refusal = LimitAnswer.Refusal(kind: .monthBudget, waitMilliseconds: 1000, used: 0)
        let error = refusal.error(
            LimitDemand(key: "k", rules: rules, tokens: 10, cost: Money(2)), model: "m",
            standings: LimitStandings(), source: LimitSource(section: "s", key: "client"),
            isEstimated: true)
        #expect(error.message.contains("0.00 is spent, and requests under way hold the rest"))
        #expect(error.message.contains("2.00 (estimated: the request does not say `max_tokens`)"))
        #expect(error.code == "insufficient_quota")
    }

    @Test func aModelWithoutPriceIsRefusedWhereThereIsABudget() async throws {
        let refusing = try LimitBench("budget_per_day = 1.0")
        await refusing.send(Self.prompt)
        #expect(refusing.status == 403)
        #expect(refusing.text.contains("model_without_price"))
        let allowing = try LimitBench("budget_per_day = 1.0\nunpriced = \"free\"")
        await allowing.send(Self.prompt)
        #expect(allowing.status == 200)
    }

    @Test(
        arguments: [
            ("a failure of the provider", [.head(json(500)), .bytes(Array("{}".utf8))], 0),
            ("no answer", [.fail(.connectionLost("test"))], 0),
            ("no connection", [.fail(.cannotConnect("test"))], 0),
            ("a cut stream", [.head(stream), .bytes(Array(chunk.utf8))], 13),
            ("an answer", [.head(json(200)), .bytes(Array(answer.utf8))], 30),
            ("an answer without usage", [.head(json(200)), .bytes(Array(silent.utf8))], 12),
        ] as [(String, [ScriptedTransport.Step], Int)])
    func everyEndSettlesOnce(_ name: String, _ steps: [ScriptedTransport.Step], _ used: Int)
        async throws
    {
        let bench = try LimitBench(
            "tokens_per_minute = 1000\nconcurrent_requests = 1", answers: [steps])
        await bench.send(name.contains("stream") ? Self.streaming : Self.prompt)
        #expect(bench.store.settlements.map(\.tokens) == [used], "\(name)")
        await bench.send(Self.prompt)
        #expect(bench.status != 429, "\(name)")
    }

    @Test(
        arguments: [
            [.fail(.connectionLost("test"))], [.head(json(500)), .bytes(Array("{}".utf8))],
        ] as [[ScriptedTransport.Step]])
    func aHeartbeatIsNoAnswerToPayFor(_ steps: [ScriptedTransport.Step]) async throws {
        let bench = try LimitBench("tokens_per_minute = 1000", answers: [steps])
        bench.beatsBeforeHead = true
        await bench.send(Self.streaming)
        #expect(bench.status == 200)
        #expect(bench.text.contains("error"))
        #expect(bench.store.settlements.map(\.tokens) == [0])
    }

    @Test func aClientThatLeavesIsSettledWithWhatItGot() async throws {
        let bench = try LimitBench(
            "tokens_per_minute = 1000",
            answers: [[.head(Self.stream), .bytes(Array(Self.chunk.utf8)), .bytes([])]])
        bench.leavesAfterFirstBytes = true
        await bench.send(Self.streaming)
        #expect(bench.store.settlements.map(\.tokens) == [13])
        #expect(bench.record?.usageSource == .counted)
    }

    @Test func aLaterRefusalReleasesWhatWasTaken() async throws {
        let refusal =
            #"[[processors]]\#ntype = "rate-limits"\#nkey = "global"\#nrequests_per_minute = 1"#
        let bench = try LimitBench(
            "tokens_per_minute = 1000\nconcurrent_requests = 1", then: refusal)
        await bench.send(Self.prompt)
        #expect(bench.status == 200)
        await bench.send(Self.prompt)
        #expect(bench.status == 429)
        #expect(bench.store.settlements.map(\.tokens) == [30, 30, 0])
        #expect(bench.field("x-ratelimit-remaining-requests") == "0")
        #expect(bench.field("x-ratelimit-remaining-tokens") == "920")
    }

    @Test(arguments: [
        (250, "250ms"), (1_500, "1.5s"), (59_999, "59.999s"), (60_000, "1m0s"),
        (60_730, "1m1s"), (119_001, "2m0s"), (3_600_001, "1h0m1s"),
    ])
    func timesAreNeverTooShort(_ milliseconds: Int, _ text: String) {
        #expect(LimitTime.text(milliseconds) == text)
    }

    @Test(arguments: [(true, 200), (false, 503)])
    func aStoreThatFailsOpensOrCloses(_ isOpen: Bool, _ status: Int) async throws {
        let bench = try LimitBench("requests_per_minute = 1")
        bench.store.failure = isOpen
        await bench.send(Self.prompt)
        #expect(bench.status == status)
        if !isOpen { #expect(bench.text.contains("limits_unavailable")) }
        #expect(bench.record?.outcome == (isOpen ? "completed" : "refused"))
    }

    @Test(arguments: [
        ("\"client\"", "local:127.0.0.1"), ("\"model\"", "m"),
        ("\"route\"", "/v1/chat/completions"),
        ("\"global\"", "all"), ("\"provider\"", "scripted"),
        ("[\"model\", \"route\"]", "m|/v1/chat/completions"),
        ("\"header:x-team\"", "-"),
    ])
    func keysTellRequestsApart(_ key: String, _ value: String) async throws {
        let bench = try LimitBench("key = \(key)\nrequests_per_minute = 5")
        await bench.send(Self.prompt)
        let expected = value.split(separator: ":").last.map(String.init)
        #expect(bench.store.keys.first?.split(separator: ":").last.map(String.init) == expected)
    }

    @Test(arguments: [
        ("2001:db8:1:2::3", "2001:db8:1:2::/64"), ("2001:db8::3", "2001:db8:0:0::/64"),
        ("::1", "0:0:0:0::/64"), ("fe80::1%eth0", "fe80:0:0:0::/64"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4::/64"), ("1:2::", "1:2:0:0::/64"),
        ("::2:3:4:5:6:7:8", "0:2:3:4::/64"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("192.0.2.1", "192.0.2.1"), ("unix", "unix"),
    ])
    func anAddressOfVersion6StandsForItsNetwork(_ address: String, _ name: String) async throws {
        let bench = try LimitBench("requests_per_minute = 5")
        await bench.send(Self.prompt, client: address)
        #expect(bench.store.keys == ["client:" + name])
    }

    @Test func modelsThatNobodyServesAreCountedTogether() async throws {
        let bench = try LimitBench(
            "key = \"model\"\nrequests_per_minute = 2", models: ["m", "gpt-*"])
        for model in ["m", "gpt-4", "made-up", "other", "third"] {
            await bench.send(#"{"model":"\#(model)","messages":[]}"#)
        }
        #expect(bench.store.keys == ["model:m", "model:gpt-4", "model:?", "model:?", "model:?"])
        #expect(bench.status == 429)
    }

    @Test func headersInKeysAreNotShownToTheStore() async throws {
        let bench = try LimitBench("key = \"header:x-team\"\nrequests_per_minute = 1")
        var headers = HeaderFields()
        headers.append("x-team", "Bearer secret-key")
        await bench.send(Self.prompt, headers: headers)
        #expect(bench.store.keys.first?.contains("secret") == false)
        headers["x-team"] = "Bearer other-key"
        await bench.send(Self.prompt, headers: headers)
        #expect(bench.status == 200)
    }

    @Test(arguments: [
        "", "key = \"nobody\"\nrequests_per_minute = 1", "requests_per_minute = 0",
        "budget_per_day = -1.0", "key = []\nrequests_per_minute = 1",
        "hard_stop = \"maybe\"\nrequests_per_minute = 1",
        "key = \"header:\"\nrequests_per_minute = 1",
    ])
    func wrongSectionsAreRefused(_ text: String) {
        #expect(throws: ConfigurationError.self) {
            try processor("type = \"rate-limits\"\n" + text)
        }
    }

    static func json(_ status: Int) -> ResponseHead {
        var headers = HeaderFields()
        headers.append(.contentType, "application/json")
        return ResponseHead(status: status, headers: headers)
    }

    static let stream: ResponseHead = {
        var headers = HeaderFields()
        headers.append(.contentType, "text/event-stream")
        return ResponseHead(status: 200, headers: headers)
    }()

    /// Three words: three tokens, says the counter of these tests.
    static let chunk =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one two three\"}}]}\n\n"
    static let silent = #"{"choices":[{"index":0,"message":{"content":"two words"}}]}"#
}
