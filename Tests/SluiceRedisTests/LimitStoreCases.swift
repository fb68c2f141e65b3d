import SluiceCore
import Testing

@testable import SluiceRedis

/// What every store must keep to.
struct LimitStoreCases {
    let store: any LimitStore

    private func rules(_ change: (inout LimitRules) -> Void) -> LimitRules {
        var rules = LimitRules()
        change(&rules)
        return rules
    }

    private func take(
        _ rules: LimitRules, _ tokens: Int = 0, _ cost: Double = 0, key: String = "k"
    ) async throws -> LimitAnswer {
        try await store.reserve(
            LimitDemand(key: key, rules: rules, tokens: tokens, cost: Money(cost)))
    }

    func all() async throws {
        try await requests()
        try await tokens()
        try await concurrency()
        try await budgets()
        try await extensions()
        try await hugeCosts()
    }

    private func hugeCosts() async throws {
        let rules = rules { $0.budgetPerMonth = Money(1_000_000) }
        var grants: [LimitGrant] = []
        for _ in 0..<1_100 {
            grants.append(try #require(try await take(rules, 0, 1, key: "huge").grant))
        }
        for grant in grants { store.settle(grant, tokens: 0, cost: Money(9e18)) }
        let refusal = try await take(rules, 0, 0, key: "huge").refusal
        #expect(refusal?.kind == .monthBudget)
        // What was spent stops at 2^53, in billionths.
        #expect(refusal?.used == (1 << 53) / 1_000)
    }

    private func requests() async throws {
        let rules = rules { $0.requestsPerMinute = 2 }
        let first = try await take(rules, key: "requests")
        #expect(first.grant != nil)
        #expect(first.requests.remaining == 1)
        let second = try await take(rules, key: "requests")
        #expect(second.requests.remaining == 0)
        #expect(59_000...61_000 ~= second.requests.resetMilliseconds)
        if let grant = second.grant { store.settle(grant, tokens: 5, cost: .zero) }
        let third = try await take(rules, key: "requests")
        #expect(third.grant == nil)
        #expect(third.refusal?.kind == .requests)
        #expect(third.refusal?.used == 2)
        #expect(58_000...61_000 ~= third.refusal?.waitMilliseconds ?? 0)
        #expect(try await take(rules, key: "other").grant != nil)
    }

    private func tokens() async throws {
        let rules = rules { $0.tokensPerMinute = 100 }
        let first = try await take(rules, 80, key: "tokens")
        #expect(first.tokens.remaining == 20)
        #expect(try await take(rules, 30, key: "tokens").refusal?.kind == .tokens)
        let grant = try #require(first.grant)
        store.settle(grant, tokens: 10, cost: .zero)
        let second = try await take(rules, 90, key: "tokens")
        #expect(second.grant != nil)
        #expect(second.tokens.remaining == 0)
        let huge = try await take(rules, 101, key: "tokens")
        #expect(huge.refusal == .init(kind: .tokens, waitMilliseconds: nil, used: 100))
    }

    private func concurrency() async throws {
        let rules = rules { $0.concurrentRequests = 1 }
        let grant = try #require(try await take(rules, key: "at once").grant)
        #expect(try await take(rules, key: "at once").refusal?.kind == .concurrency)
        store.settle(grant, tokens: 0, cost: .zero)
        #expect(try await take(rules, key: "at once").grant != nil)
    }

    private func budgets() async throws {
        let rules = rules {
            $0.budgetPerDay = Money(1)
            $0.budgetPerMonth = Money(1.5)
        }
        let first = try #require(try await take(rules, 0, 0.7, key: "money").grant)
        let second = try await take(rules, 0, 0.4, key: "money")
        #expect(second.refusal?.kind == .dayBudget)
        #expect(second.refusal?.waitMilliseconds == 1000)
        store.settle(first, tokens: 0, cost: Money(0.9))
        let third = try await take(rules, 0, 0.2, key: "money")
        #expect(third.refusal?.kind == .dayBudget)
        #expect(third.refusal?.waitMilliseconds ?? 0 > 0)
        #expect(try await take(rules, 0, 0.1, key: "money").grant != nil)
        #expect(try await take(rules, 0, 2, key: "money").refusal?.waitMilliseconds == nil)
    }

    private func extensions() async throws {
        let rules = rules {
            $0.requestsPerMinute = 1
            $0.tokensPerMinute = 100
            $0.budgetPerDay = Money(1)
        }
        var grant = try #require(try await take(rules, 50, 0.5, key: "more").grant)
        #expect(try await store.extend(&grant, tokens: 40, cost: Money(0.4)) == nil)
        #expect(grant.tokens == 90)
        #expect(grant.cost == Money(0.9))
        #expect(try await store.extend(&grant, tokens: 20, cost: .zero)?.kind == .tokens)
        #expect(try await store.extend(&grant, tokens: 1, cost: Money(0.2))?.kind == .dayBudget)
        store.settle(grant, tokens: 95, cost: Money(1.0))
        let next = try await take(rules, 0, 0.1, key: "more")
        #expect(next.refusal?.kind == .dayBudget)
    }
}

struct LimitStoreTests {
    @Test func memoryKeepsToTheRules() async throws {
        try await LimitStoreCases(store: MemoryLimitStore()).all()
    }

    @Test(.enabled(if: RedisServer.program != nil, "redis-server is not installed"))
    func redisKeepsToTheRules() async throws {
        let server = try RedisServer()
        try await LimitStoreCases(store: server.store()).all()
    }
}

extension RedisServer {
    func store(failsOpen: Bool = false, lease: Int = 60) throws -> RedisLimitStore {
        let address = try #require(RedisAddress(url))
        return RedisLimitStore(
            RedisClient(address, timeout: .milliseconds(500)), failsOpen: failsOpen, lease: lease)
    }
}
