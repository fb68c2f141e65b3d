import SluiceCore
import Synchronization
import Testing

@testable import SluiceRedis

@Suite(.serialized, .enabled(if: RedisServer.program != nil, "redis-server is not installed"))
struct RedisLimitTests {
    private static func rules(_ change: (inout LimitRules) -> Void) -> LimitRules {
        var rules = LimitRules()
        change(&rules)
        return rules
    }

    /// Five hundred requests at once, of which a third settle for nothing, as those of clients do that left before the provider was asked.
    @Test func twoProcessesNeverOvershootABudgetTogether() async throws {
        let server = try RedisServer()
        let stores = [try server.store(), try server.store()]
        let rules = Self.rules { $0.budgetPerDay = Money(0.50) }
        let (spent, most) = await Load(rules: rules, cost: Money(0.01)).run(on: stores)
        #expect(most <= Money(0.50))
        #expect(spent >= Money(0.30))
    }

    @Test func whatADeadProcessHeldIsFreeAfterItsLease() async throws {
        let server = try RedisServer()
        let rules = Self.rules {
            $0.concurrentRequests = 1
            $0.budgetPerDay = Money(1)
        }
        let demand = LimitDemand(key: "k", rules: rules, tokens: 0, cost: Money(1))
        // Its renewals stop with it.
        var dead: RedisLimitStore? = try server.store(lease: 1)
        #expect(try await dead?.reserve(demand).grant != nil)
        dead = nil
        let store = try server.store(lease: 1)
        #expect(try await store.reserve(demand).grant == nil)
        let granted = try await eventually { try await store.reserve(demand).grant != nil }
        #expect(granted)
    }

    @Test func whatALivingProcessHoldsOutlastsItsLease() async throws {
        let server = try RedisServer()
        let store = try server.store(lease: 1)
        let demand = LimitDemand(
            key: "k", rules: Self.rules { $0.concurrentRequests = 1 }, tokens: 0, cost: .zero)
        #expect(try await store.reserve(demand).grant != nil)
        try await Task.sleep(for: .seconds(3))
        #expect(try await store.reserve(demand).grant == nil)
    }

    @Test func forgottenScriptsAreSentAgain() async throws {
        let server = try RedisServer()
        let store = try server.store()
        let demand = LimitDemand(
            key: "k", rules: Self.rules { $0.requestsPerMinute = 10 }, tokens: 0, cost: .zero)
        #expect(try await store.reserve(demand).requests.remaining == 9)
        let connection = try RedisConnection(
            try #require(RedisAddress(server.url)), timeout: .seconds(1))
        _ = try connection.run([["SCRIPT", "FLUSH"]])
        #expect(try await store.reserve(demand).requests.remaining == 8)
    }

    @Test func aPasswordIsGiven() async throws {
        let server = try RedisServer(arguments: ["--requirepass", "p@ss"])
        let right = try #require(RedisAddress("redis://:p%40ss@127.0.0.1:\(server.port)/2"))
        let connection = try RedisConnection(right, timeout: .seconds(5))
        #expect(try connection.run([["PING"]]) == [.text("PONG")])
        let wrong = try #require(RedisAddress("redis://:no@127.0.0.1:\(server.port)"))
        #expect(throws: RedisConnection.Failure.self) {
            try RedisConnection(wrong, timeout: .seconds(5))
        }
    }

    @Test func whoListensHearsOfALossAndOfTheReturnOnce() async throws {
        let server = try RedisServer()
        let heard = Mutex<[String?]>([])
        let address = try #require(RedisAddress(server.url))
        let client = RedisClient(address, timeout: .milliseconds(500)) { reason in
            heard.withLock { $0.append(reason) }
        }
        let store = RedisLimitStore(client, failsOpen: false)
        // Nobody asks but the store itself.
        store.watch(every: .milliseconds(50))
        #expect(try await eventually { heard.withLock { $0.count } == 1 })
        server.stop()
        #expect(try await eventually { heard.withLock { $0.count } == 2 })
        try await Task.sleep(for: .milliseconds(300))
        let again = try RedisServer(port: server.port)
        #expect(try await eventually { heard.withLock { $0.count } == 3 })
        #expect(heard.withLock { $0.map { $0 == nil } } == [true, false, true])
        let connection = try RedisConnection(address, timeout: .seconds(1))
        _ = try connection.run([["CONFIG", "SET", "maxmemory", "1"]])
        #expect(try await eventually { heard.withLock { $0.last??.contains("OOM") } == true })
        again.stop()
    }

    @Test func aWrongPasswordIsToldOfAndNotRepeated() async throws {
        let server = try RedisServer(arguments: ["--requirepass", "right"])
        let heard = Mutex<[String?]>([])
        let address = try #require(RedisAddress("redis://:wr0ng@127.0.0.1:\(server.port)"))
        let client = RedisClient(address, timeout: .milliseconds(500)) { reason in
            heard.withLock { $0.append(reason) }
        }
        let store = RedisLimitStore(client, failsOpen: true)
        store.watch(every: .milliseconds(50))
        #expect(try await eventually { heard.withLock { !$0.isEmpty } })
        try await Task.sleep(for: .milliseconds(300))
        let reasons = heard.withLock { $0 }
        #expect(reasons.count == 1)
        #expect(reasons.first??.contains("WRONGPASS") == true)
        #expect(reasons.first??.contains("wr0ng") == false)
    }

    @Test func nobodyWaitsLongForAServerThatIsGone() async throws {
        let server = try RedisServer()
        let store = try server.store()
        let demand = LimitDemand(
            key: "k", rules: Self.rules { $0.requestsPerMinute = 10 }, tokens: 0, cost: .zero)
        _ = try await store.reserve(demand)
        server.stop()
        let began = ContinuousClock.now
        for _ in 0..<20 {
            await #expect(throws: LimitStoreUnavailable.self) { try await store.reserve(demand) }
        }
        #expect(began.duration(to: .now) < .seconds(2))
        let again = try RedisServer(port: server.port)
        let isBack = try await eventually { (try? await store.reserve(demand)) != nil }
        #expect(isBack)
        again.stop()
    }

    /// The server stands still, takes the reservation when it goes on, and answers nobody.
    @Test func whatWasTakenWithoutAnAnswerIsGivenBack() async throws {
        let server = try RedisServer()
        let store = try server.store()
        let demand = LimitDemand(
            key: "k",
            rules: Self.rules {
                $0.concurrentRequests = 1
                $0.budgetPerDay = Money(1)
            }, tokens: 0, cost: Money(1))
        let first = try #require(try await store.reserve(demand).grant)
        store.settle(first, tokens: 0, cost: .zero)
        #expect(try await eventually { store.unsettled == 0 })
        server.pause(true)
        await #expect(throws: LimitStoreUnavailable.self) { try await store.reserve(demand) }
        server.pause(false)
        #expect(try await eventually { store.unsettled == 0 })
        let isFree = try await eventually { (try? await store.reserve(demand).grant) ?? nil != nil }
        #expect(isFree)
    }

    /// What follows a failover behind one name: the old server lives on as a replica, which takes no writes.
    @Test func aServerThatBecameAReplicaIsLeft() async throws {
        let (old, new) = (try RedisServer(), try RedisServer())
        let current = Mutex(old.port)
        let address = try #require(RedisAddress(old.url))
        let client = RedisClient(address, timeout: .milliseconds(500)) { _, timeout in
            let port = current.withLock { $0 }
            guard let address = RedisAddress("redis://127.0.0.1:\(port)/0") else {
                throw RedisConnection.Failure(description: "no address")
            }
            return try RedisConnection(address, timeout: timeout)
        }
        let store = RedisLimitStore(client, failsOpen: false)
        let demand = LimitDemand(
            key: "k", rules: Self.rules { $0.requestsPerMinute = 10 }, tokens: 0, cost: .zero)
        #expect(try await store.reserve(demand).requests.remaining == 9)
        current.withLock { $0 = new.port }
        let connection = try RedisConnection(address, timeout: .seconds(1))
        _ = try connection.run([["REPLICAOF", "127.0.0.1", "\(new.port)"]])
        await #expect(throws: LimitStoreUnavailable.self) { try await store.reserve(demand) }
        let heals = try await eventually { (try? await store.reserve(demand)) != nil }
        #expect(heals)
    }

    @Test func aRestartUnderLoadIsGotOver() async throws {
        let server = try RedisServer()
        let store = try server.store()
        let traffic = Traffic()
        await withTaskGroup { group in
            for number in 0..<20 {
                group.addTask { await traffic.run(on: store, key: "k\(number)") }
            }
            try? await Task.sleep(for: .milliseconds(300))
            server.stop()
            try? await Task.sleep(for: .milliseconds(300))
            let again = try? RedisServer(port: server.port)
            let before = traffic.counts.answered
            _ = try? await eventually { traffic.counts.answered > before + 100 }
            traffic.stop()
            await group.waitForAll()
            again?.stop()
            #expect(before > 100)
            #expect(traffic.counts.failed > 0)
            #expect(traffic.counts.answered > before + 100)
        }
    }

    private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<1000 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}

/// Asks again and again, until it is stopped.
private final class Traffic: Sendable {
    private let state = Mutex((answered: 0, failed: 0, isOver: false))

    var counts: (answered: Int, failed: Int) { state.withLock { ($0.answered, $0.failed) } }

    func stop() { state.withLock { $0.isOver = true } }

    func run(on store: any LimitStore, key: String) async {
        var rules = LimitRules()
        rules.requestsPerMinute = 1_000_000
        let demand = LimitDemand(key: key, rules: rules, tokens: 0, cost: .zero)
        while !state.withLock({ $0.isOver }) {
            do {
                let grant = try await store.reserve(demand).grant
                if let grant { store.settle(grant, tokens: 0, cost: .zero) }
                state.withLock { $0.answered += 1 }
            } catch {
                state.withLock { $0.failed += 1 }
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
    }
}

/// Many requests at once that reserve, wait a little, and settle.
final class Load: Sendable {
    private let rules: LimitRules
    private let cost: Money
    private let sums = Mutex((held: Int64(0), most: Int64(0), spent: Int64(0)))

    init(rules: LimitRules, cost: Money) {
        (self.rules, self.cost) = (rules, cost)
    }

    /// - Returns: what was spent, by a third of the requests nothing, and the most that was ever spent and held.
    func run(on stores: [any LimitStore]) async -> (spent: Money, most: Money) {
        await withTaskGroup { group in
            for number in 0..<500 {
                group.addTask { await self.ask(stores[number % stores.count], number) }
            }
        }
        return sums.withLock { (Money(billionths: $0.spent), Money(billionths: $0.most)) }
    }

    private func ask(_ store: any LimitStore, _ number: Int) async {
        let demand = LimitDemand(key: "budget", rules: rules, tokens: 0, cost: cost)
        guard let grant = try? await store.reserve(demand).grant else { return }
        sums.withLock {
            $0.held += cost.billionths
            $0.most = max($0.most, $0.held)
        }
        try? await Task.sleep(for: .milliseconds(number % 7))
        let used = number % 3 == 0 ? .zero : cost
        sums.withLock {
            $0.held -= cost.billionths - used.billionths
            $0.spent += used.billionths
        }
        store.settle(grant, tokens: 0, cost: used)
    }
}

struct MemoryLoadTests {
    @Test func parallelRequestsNeverOvershootABudget() async throws {
        var rules = LimitRules()
        rules.budgetPerDay = Money(0.50)
        let (spent, most) = await Load(rules: rules, cost: Money(0.01)).run(
            on: [MemoryLimitStore()])
        #expect(most <= Money(0.50))
        #expect(spent >= Money(0.30))
    }
}
