import Glibc
import SluiceCore
import Synchronization
import Testing

@testable import SluiceRedis

/// What requests used that ended while Redis could not be told.
@Suite(.serialized, .enabled(if: RedisServer.program != nil, "redis-server is not installed"))
struct SettlementTests {
    private static let budget: LimitRules = {
        var rules = LimitRules()
        rules.budgetPerDay = Money(1)
        return rules
    }()

    private func take(_ store: RedisLimitStore, _ cost: Double) async throws -> LimitAnswer {
        try await store.reserve(
            LimitDemand(key: "k", rules: Self.budget, tokens: 0, cost: Money(cost)))
    }

    private func spent(_ server: RedisServer) throws -> Int? {
        let connection = try RedisConnection(
            try #require(RedisAddress(server.url)), timeout: .seconds(2))
        let keys = try connection.run([["KEYS", "sluice:*:day:*"]])
        guard case .text(let key) = keys.first?.elements?.first else { return nil }
        return try connection.run([["GET", key]]).first?.int
    }

    @Test func areToldAServerThatComesBack() async throws {
        let server = try RedisServer()
        let store = try server.store()
        let grants = [try await take(store, 0.3).grant, try await take(store, 0.3).grant]
        server.stop()
        for grant in grants { store.settle(try #require(grant), tokens: 0, cost: Money(0.25)) }
        #expect(store.unsettled == 2)
        try await Task.sleep(for: .milliseconds(300))
        #expect(store.unsettled == 2)
        let again = try RedisServer(port: server.port)
        #expect(try await eventually { store.unsettled == 0 })
        #expect(try spent(again) == 500_000_000)
        #expect(try await take(store, 0.6).grant == nil)
    }

    /// Later ones of the batch are taken, and must not make Redis take the refused one for told.
    @Test func countWhereRedisRefusedOneOfMany() async throws {
        let server = try RedisServer()
        let store = try server.store()
        var grants: [LimitGrant] = []
        for _ in 0..<12 { grants.append(try #require(try await take(store, 0.01).grant)) }
        let connection = try RedisConnection(
            try #require(RedisAddress(server.url)), timeout: .seconds(2))
        let leases = "sluice:{other}:leases"
        _ = try connection.run([["SET", leases, "of another type"]])
        let other = LimitDemand(key: "other", rules: Self.budget, tokens: 0, cost: Money(0.01))
        let stuck = LimitGrant(id: 1, second: 0, demand: other)
        store.settle(stuck, tokens: 0, cost: Money(0.01))
        for grant in grants { store.settle(grant, tokens: 0, cost: Money(0.01)) }
        try await Task.sleep(for: .milliseconds(300))
        _ = try connection.run([["DEL", leases]])
        #expect(try await eventually { store.unsettled == 0 })
        let keys = try connection.run([["KEYS", "sluice:*:day:*"]]).first?.elements ?? []
        let spent = try keys.map { key -> Int in
            guard case .text(let name) = key else { return 0 }
            return try connection.run([["GET", name]]).first?.int ?? 0
        }
        #expect(spent.sorted() == [10_000_000, 120_000_000])
    }

    @Test func whatIsLeftAtTheEndIsGivenUpAndToldOf() async throws {
        let server = try RedisServer()
        let lost = Mutex(0)
        let client = RedisClient(
            try #require(RedisAddress(server.url)), timeout: .milliseconds(200))
        let store = RedisLimitStore(
            client, failsOpen: false, dropped: { count in lost.withLock { $0 += count } })
        let grants = [try await take(store, 0.01).grant, try await take(store, 0.01).grant]
        store.settle(try #require(grants[0]), tokens: 0, cost: Money(0.01))
        await store.finish(within: .seconds(5))
        #expect(lost.withLock { $0 } == 0)
        #expect(try spent(server) == 10_000_000)
        server.stop()
        store.settle(try #require(grants[1]), tokens: 0, cost: Money(0.01))
        await store.finish(within: .milliseconds(100))
        #expect(lost.withLock { $0 } == 1)
    }

    /// The server stands still, reads what was sent when it goes on, and answers nobody.
    @Test func countOnceWhereTheAnswerIsLost() async throws {
        let server = try RedisServer()
        let store = try server.store()
        var grants: [LimitGrant] = []
        for _ in 0..<20 { grants.append(try #require(try await take(store, 0.01).grant)) }
        server.pause(true)
        for grant in grants { store.settle(grant, tokens: 0, cost: Money(0.01)) }
        // Longer than the timeout, and than a second try.
        try await Task.sleep(for: .milliseconds(1500))
        #expect(store.unsettled == 20)
        server.pause(false)
        #expect(try await eventually { store.unsettled == 0 })
        #expect(try spent(server) == 200_000_000)
    }

    @Test func ofAnotherProcessCountToo() async throws {
        let server = try RedisServer()
        for _ in 0..<2 {
            let store = try server.store()
            let grant = try #require(try await take(store, 0.1).grant)
            store.settle(grant, tokens: 0, cost: Money(0.1))
            #expect(try await eventually { store.unsettled == 0 })
        }
        #expect(try spent(server) == 200_000_000)
    }

    @Test func areGivenUpWhereTooManyWait() async throws {
        let server = try RedisServer()
        let lost = Mutex(0)
        let address = try #require(RedisAddress(server.url))
        let store = RedisLimitStore(
            RedisClient(address, timeout: .milliseconds(200)), failsOpen: false,
            dropped: { number in lost.withLock { $0 += number } })
        let grant = try #require(try await take(store, 0.1).grant)
        server.stop()
        for _ in 0..<SettlementLane.limit + 5 {
            store.settle(grant, tokens: 0, cost: Money(0.1))
        }
        #expect(store.unsettled == SettlementLane.limit)
        #expect(lost.withLock { $0 } == 5)
    }

    /// A server that goes and comes again and again while requests end: nothing is lost, and nothing counted twice.
    @Test func addUpWhateverTheServerDoes() async throws {
        let server = try RedisServer()
        let store = try server.store()
        var told = 0
        for round in 0..<6 {
            var grants: [LimitGrant] = []
            while grants.count < 10 {
                if let grant = try? await take(store, 0.000_001).grant { grants.append(grant) }
            }
            server.pause(true)
            for grant in grants {
                store.settle(grant, tokens: 0, cost: Money(0.000_001))
                told += 1
            }
            try await Task.sleep(for: .milliseconds(100 * round + 50))
            server.pause(false)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try await eventually { store.unsettled == 0 })
        #expect(try spent(server) == told * 1000)
    }

    private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<1000 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
