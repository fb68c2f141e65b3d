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

    @Test(arguments: [
        (5_000_000_000, "5.00"), (12_000, "0.000012"), (1, "0.000000001"),
        (-1_500_000_000, "-1.50"),
    ])
    func anAmountIsWrittenOut(_ billionths: Int64, _ text: String) {
        #expect(Money(billionths: billionths).text == text)
    }

    @Test func theEndsOfPeriodsAreWrittenOut() {
        let periods = BudgetPeriods(seconds: 1_795_305_600)
        #expect(periods.dayEndText == "2026-11-23T00:00:00Z")
        #expect(periods.monthEndText == "2026-12-01T00:00:00Z")
    }
}
