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
