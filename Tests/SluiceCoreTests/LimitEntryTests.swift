import Synchronization
import Testing

@testable import SluiceCore

struct LimitEntryTests {
    @Test func aWindowLetsGoASecondAfterItsMinute() {
        var window = SlidingWindow()
        window.add(5, second: 100)
        window.add(3, second: 110)
        window.advance(to: 160_999)
        #expect(window.used == 8)
        #expect(window.wait(for: 4, limit: 8, now: 160_999) == 1)
        #expect(window.wait(for: 6, limit: 8, now: 160_999) == 10_001)
        window.advance(to: 161_000)
        #expect(window.used == 3)
        window.advance(to: 171_000)
        #expect(window.isEmpty)
    }

    @Test func aCorrectionOfAnEarlierSecondStaysThere() {
        var window = SlidingWindow()
        window.add(50, second: 100)
        window.add(1, second: 130)
        window.correct(-40, second: 100, now: 131_000)
        #expect(window.used == 11)
        window.advance(to: 161_000)
        #expect(window.used == 1)
        // What was used beyond the reservation is not forgotten with its second.
        window.correct(7, second: 100, now: 165_000)
        window.correct(-7, second: 100, now: 165_000)
        #expect(window.used == 8)
    }

    @Test(arguments: [
        (0, 0), (86_399, 0), (86_400, 1), (2_678_400, 31),
        // 29 February 2024, 28 February 2100, 31 December 2025.
        (1_709_208_000, 19_782), (4_107_499_200, 47_540), (1_767_139_200, 20_453),
    ])
    func periodsEndAtMidnightInUTC(_ seconds: Int, _ day: Int) {
        let periods = BudgetPeriods(seconds: seconds)
        #expect(periods.day == day)
        #expect(periods.dayEnd == (day + 1) * 86_400)
        #expect(periods.monthEnd > seconds)
        let next = BudgetPeriods(seconds: periods.monthEnd)
        #expect(next.month == periods.month + 1)
        #expect(BudgetPeriods(seconds: periods.monthEnd - 1).month == periods.month)
    }

    @Test func monthsHaveTheDaysOfTheCalendar() {
        // From January 2023 to December 2024.
        var day = 19_358
        for length in [
            31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
            30, 31,
        ] {
            let periods = BudgetPeriods(seconds: day * 86_400)
            #expect(periods.monthEnd == (day + length) * 86_400)
            day += length
        }
    }

    @Test func keysBeyondTheLimitShareOneCount() async throws {
        let store = MemoryLimitStore(keys: 4, shards: 1)
        var rules = LimitRules()
        rules.requestsPerMinute = 3
        func ask(_ key: String) async throws -> LimitAnswer {
            try await store.reserve(LimitDemand(key: key, rules: rules, tokens: 0, cost: .zero))
        }
        for number in 0..<4 { #expect(try await ask("k\(number)").grant != nil) }
        for number in 4..<7 { #expect(try await ask("k\(number)").grant != nil) }
        #expect(try await ask("k7").grant == nil)
        #expect(try await ask("k0").grant != nil)
        #expect(store.keyCount == 5)
    }

    @Test func theLeastRecentlyUsedKeyGivesItsPlace() async throws {
        let clock = Clock()
        let store = MemoryLimitStore(keys: 3, shards: 1) { clock.now }
        var rules = LimitRules()
        rules.requestsPerMinute = 2
        func ask(_ key: String, group: String = "") async throws -> Bool {
            let answer = try await store.reserve(
                LimitDemand(key: key, group: group, rules: rules, tokens: 0, cost: .zero))
            if let grant = answer.grant { store.settle(grant, tokens: 0, cost: .zero) }
            return answer.grant != nil
        }
        #expect(try await ask("honest"))
        for number in 0..<100 {
            #expect(try await ask("made up \(number)"))
            // Whoever comes again and again keeps his count.
            if number == 0 { #expect(try await ask("honest")) }
            #expect(try await ask("honest") == false)
            #expect(store.keyCount == 3 || number == 0)
        }
        #expect(try await ask("made up 0"))
        // Another group has room of its own.
        for number in 0..<3 { #expect(try await ask("k\(number)", group: "other")) }
        #expect(store.keyCount == 6)
        #expect(try await ask("honest") == false)
    }

    @Test func whatSpentMoneyKeepsItsPlace() async throws {
        let store = MemoryLimitStore(keys: 40, shards: 1)
        var rules = LimitRules()
        rules.budgetPerDay = Money(2)
        func ask(_ key: String, _ spent: Double) async throws -> Bool {
            let answer = try await store.reserve(
                LimitDemand(key: key, rules: rules, tokens: 0, cost: Money(1)))
            if let grant = answer.grant { store.settle(grant, tokens: 0, cost: Money(spent)) }
            return answer.grant != nil
        }
        for number in 0..<40 { #expect(try await ask("k\(number)", 2)) }
        // Each of these looks at some of the forty, finds none that may go, and shares one count.
        #expect(try await ask("new", 0))
        #expect(try await ask("newer", 2))
        #expect(try await ask("newest", 0) == false)
        for number in 0..<40 { #expect(try await ask("k\(number)", 0) == false) }
        #expect(store.keyCount == 41)
    }

    @Test func idleKeysAreForgottenWhenThereIsNoRoom() async throws {
        let clock = Clock()
        let store = MemoryLimitStore(keys: 4, shards: 1) { clock.now }
        var rules = LimitRules()
        rules.requestsPerMinute = 3
        for number in 0..<4 {
            let answer = try await store.reserve(
                LimitDemand(key: "k\(number)", rules: rules, tokens: 0, cost: .zero))
            if let grant = answer.grant { store.settle(grant, tokens: 0, cost: .zero) }
        }
        clock.advance(by: 62_000)
        _ = try await store.reserve(LimitDemand(key: "new", rules: rules, tokens: 0, cost: .zero))
        #expect(store.keyCount == 1)
    }
}

private final class Clock: Sendable {
    private let time = Mutex(1_000_000_000)
    var now: (steady: Int, wall: Int) { time.withLock { ($0, $0) } }
    func advance(by milliseconds: Int) { time.withLock { $0 += milliseconds } }
}
