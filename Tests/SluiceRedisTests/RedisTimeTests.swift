import Dispatch
import SluiceCore
import Synchronization
import Testing

@testable import SluiceRedis

/// How long anybody waits for Redis, whatever it does.
@Suite(.serialized)
struct RedisTimeTests {
    private static let timeout = Duration.milliseconds(400)

    private static let demand: LimitDemand = {
        var rules = LimitRules()
        rules.concurrentRequests = 1_000
        return LimitDemand(key: "k", rules: rules, tokens: 0, cost: .zero)
    }()

    private func store(
        _ url: String, dial: RedisClient.Dial? = nil
    ) throws -> RedisLimitStore {
        let address = try #require(RedisAddress(url))
        let client =
            dial.map { RedisClient(address, timeout: Self.timeout, dial: $0) }
            ?? RedisClient(address, timeout: Self.timeout)
        return RedisLimitStore(client, failsOpen: false)
    }

    /// Asks as often at once.
    ///
    /// - Returns: how long the answers and the failures took, in their order.
    private func ask(
        _ store: RedisLimitStore, _ count: Int
    ) async -> (answered: [Duration], failed: [Duration]) {
        let began = ContinuousClock.now
        return await withTaskGroup { group in
            for _ in 0..<count {
                group.addTask { (try? await store.reserve(Self.demand)) != nil }
            }
            var (answered, failed): ([Duration], [Duration]) = ([], [])
            for await isAnswered in group {
                let time = began.duration(to: .now)
                if isAnswered { answered.append(time) } else { failed.append(time) }
            }
            return (answered, failed)
        }
    }

    @Test func nobodyWaitsForTheOthersOfASlowServer() async throws {
        let server = try SlowRedis(pause: .milliseconds(100))
        let (answered, failed) = await ask(try store(server.url), 25)
        #expect(failed.count >= 20)
        #expect(failed.allSatisfy { $0 < .milliseconds(1200) })
        // Each heard of its own answer when that came.
        let first = try #require(answered.first)
        #expect(first < .milliseconds(300))
        server.stop()
    }

    @Test func nobodyWaitsForAServerThatSaysNothing() async throws {
        let server = try SlowRedis(pause: .seconds(5))
        let (answered, failed) = await ask(try store(server.url), 25)
        #expect(answered.isEmpty)
        #expect(failed.allSatisfy { $0 < .milliseconds(1200) })
        server.stop()
    }

    /// As a name server does that is silent.
    @Test func nobodyWaitsForADialThatHangs() async throws {
        let gate = DispatchSemaphore(value: 0)
        let store = try store("redis://127.0.0.1:1") { _, _ in
            gate.wait()
            throw RedisConnection.Failure(description: "no such name")
        }
        let (_, failed) = await ask(store, 5)
        #expect(failed.count == 5)
        #expect(failed.allSatisfy { $0 < .milliseconds(1200) })
        // From here on it is known that it hangs.
        let (_, later) = await ask(store, 5)
        #expect(later.count == 5)
        #expect(later.allSatisfy { $0 < .milliseconds(200) })
        gate.signal()
    }

    @Test(arguments: ["READONLY You can't write", "LOADING wait", "NOAUTH no", "MASTERDOWN no"])
    func aServerThatIsNotTheRightOneIsLeft(_ error: String) async throws {
        let server = try SlowRedis(reply: "-\(error)\r\n")
        let store = try store(server.url)
        for _ in 0..<3 {
            await #expect(throws: LimitStoreUnavailable.self) {
                try await store.reserve(Self.demand)
            }
            try await Task.sleep(for: .milliseconds(120))
        }
        #expect(server.connections == 3)
        server.stop()
    }

    @Test func anErrorOfAScriptKeepsTheConnection() async throws {
        let server = try SlowRedis(reply: "-ERR out of something\r\n")
        let store = try store(server.url)
        for _ in 0..<3 {
            await #expect(throws: LimitStoreUnavailable.self) {
                try await store.reserve(Self.demand)
            }
        }
        #expect(server.connections == 1)
        server.stop()
    }
}
