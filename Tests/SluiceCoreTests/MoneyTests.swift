import SluiceCore
import Testing

struct MoneyTests {
    @Test func amountsStopAtWhatRedisCanCount() {
        let most = Money(1e300)
        #expect(most.billionths == 1 << 53)
        #expect(Money(billionths: .max) == most)
        #expect(Money(billionths: .min) == Money(-1e300))
        #expect(most + most == most)
        var sum = most
        sum += Money(-1)
        #expect(sum < most)
        sum.billionths += most.billionths
        #expect(sum == most)
        #expect(Money(.nan) == .zero)
    }

    @Test func hugeCostsOfManyRequestsAddUp() async throws {
        let store = MemoryLimitStore()
        var rules = LimitRules()
        rules.budgetPerMonth = Money(1_000_000)
        var grants: [LimitGrant] = []
        for _ in 0..<1_100 {
            let demand = LimitDemand(key: "k", rules: rules, tokens: 0, cost: Money(1))
            grants.append(try #require(try await store.reserve(demand).grant))
        }
        for grant in grants { store.settle(grant, tokens: 1 << 41, cost: Money(9e18)) }
        let demand = LimitDemand(key: "k", rules: rules, tokens: 0, cost: .zero)
        #expect(try await store.reserve(demand).refusal?.kind == .monthBudget)
    }
}
