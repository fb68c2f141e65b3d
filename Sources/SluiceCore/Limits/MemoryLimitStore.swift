internal import Synchronization

/// Counts limits in the memory of this process, for its requests alone. A restart begins anew.
///
/// Keys are spread over shards, each with a lock of its own. A shard that is full forgets keys that nothing is counted for; where there are
/// none, keys that come anew share one count, so that whoever makes up keys limits himself.
public final class MemoryLimitStore: LimitStore {
    private struct State {
        var entries: [String: LimitEntry] = [:]
        var sweptAt = Int.min
    }

    private final class Shard: Sendable {
        let state = Mutex(State())
    }

    private static let sharedKey = "\u{0}others"
    /// A sweep looks at every key of a shard.
    private static let sweepInterval = 1000
    private let shards: [Shard]
    private let keysPerShard: Int
    private let counter = Atomic<UInt64>(0)
    private let milliseconds: @Sendable () -> (steady: Int, wall: Int)

    /// An empty store.
    ///
    /// - Parameters:
    ///   - keys: how many are counted apart.
    ///   - milliseconds: the time, of a clock that never jumps and since 1970.
    public init(
        keys: Int = 65_536, shards: Int = 16,
        milliseconds: @escaping @Sendable () -> (steady: Int, wall: Int) = SystemMilliseconds.now
    ) {
        self.shards = (0..<max(1, shards)).map { _ in Shard() }
        keysPerShard = max(1, keys / max(1, shards))
        self.milliseconds = milliseconds
    }

    /// How many keys are known now.
    public var keyCount: Int { shards.reduce(0) { $0 + $1.state.withLock { $0.entries.count } } }

    public func reserve(_ demand: LimitDemand) async throws -> LimitAnswer { take(demand) }

    public func reserveAtOnce(_ demand: LimitDemand) -> LimitAnswer? { take(demand) }

    private func take(_ demand: LimitDemand) -> LimitAnswer {
        let moment = moment()
        let id = counter.add(1, ordering: .relaxed).newValue
        return shard(of: demand.key).state.withLock { state in
            let key = key(for: demand.key, at: moment, in: &state)
            var answer = Self.change(key, at: moment, &state) {
                $0.reserve(demand, id: id, at: moment)
            }
            if key != demand.key { answer.grant = answer.grant.map { $0.renamed(key) } }
            return answer
        }
    }

    public func extend(
        _ grant: inout LimitGrant, tokens: Int, cost: Money
    ) async throws -> Bool {
        let moment = moment()
        var changed = grant
        let isExtended = shard(of: grant.key).state.withLock { state in
            Self.change(grant.key, at: moment, &state) {
                $0.extend(&changed, tokens: tokens, cost: cost, at: moment)
            }
        }
        grant = changed
        return isExtended
    }

    public func settle(_ grant: LimitGrant, tokens: Int, cost: Money) {
        let moment = moment()
        shard(of: grant.key).state.withLock { state in
            Self.change(grant.key, at: moment, &state) {
                $0.settle(grant, tokens: tokens, cost: cost, at: moment)
            }
        }
    }

    private func moment() -> LimitEntry.Moment {
        let time = milliseconds()
        return LimitEntry.Moment(
            now: time.steady, periods: BudgetPeriods(seconds: time.wall / 1000), wall: time.wall)
    }

    /// A key that shares the count of others is in the shard that it came to.
    private func shard(of key: String) -> Shard {
        if key.hasPrefix(Self.sharedKey), let number = Int(key.dropFirst(Self.sharedKey.count)) {
            return shards[number % shards.count]
        }
        return shards[Self.number(of: key, among: shards.count)]
    }

    private static func number(of key: String, among count: Int) -> Int {
        Int(UInt(bitPattern: key.hashValue) % UInt(count))
    }

    private func key(
        for key: String, at moment: LimitEntry.Moment, in state: inout State
    ) -> String {
        if state.entries.count < keysPerShard || state.entries[key] != nil { return key }
        if moment.now >= state.sweptAt &+ Self.sweepInterval || state.sweptAt == .min {
            state.sweptAt = moment.now
            for (key, entry) in state.entries {
                var entry = entry
                entry.advance(to: moment)
                if entry.isIdle { state.entries[key] = nil }
            }
            if state.entries.count < keysPerShard { return key }
        }
        return Self.sharedKey + String(Self.number(of: key, among: shards.count))
    }

    private static func change<Result>(
        _ key: String, at moment: LimitEntry.Moment, _ state: inout State,
        _ change: (inout LimitEntry) -> Result
    ) -> Result {
        func apply(_ entry: inout LimitEntry) -> Result {
            entry.advance(to: moment)
            return change(&entry)
        }
        return apply(&state.entries[key, default: LimitEntry()])
    }
}
