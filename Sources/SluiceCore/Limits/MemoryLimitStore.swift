internal import Synchronization

/// Counts limits in the memory of this process, for its requests alone. A restart begins anew.
///
/// Keys are spread over shards, each with a lock of its own, and within them over the groups of demands. A group that is full forgets what
/// was not used for the longest time and has neither spent money nor requests under way; where it has no such keys, those that come anew
/// share one count, so that whoever makes up keys limits himself.
public final class MemoryLimitStore: LimitStore {
    private struct State {
        var groups: [String: LimitEntries] = [:]
    }

    private final class Shard: Sendable {
        let state = Mutex(State())
    }

    private static let sharedKey = "\u{0}others"
    private let shards: [Shard]
    private let keysPerShard: Int
    private let counter = Atomic<UInt64>(0)
    private let milliseconds: @Sendable () -> (steady: Int, wall: Int)

    /// An empty store.
    ///
    /// - Parameters:
    ///   - keys: how many of a group are counted apart.
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
    public var keyCount: Int {
        shards.reduce(0) { sum, shard in
            shard.state.withLock { $0.groups.values.reduce(sum) { $0 + $1.count } }
        }
    }

    public func reserve(_ demand: LimitDemand) async throws -> LimitAnswer { take(demand) }

    public func reserveAtOnce(_ demand: LimitDemand) -> LimitAnswer? { take(demand) }

    private func take(_ demand: LimitDemand) -> LimitAnswer {
        let moment = moment()
        let id = counter.add(1, ordering: .relaxed).newValue
        return shard(of: demand.key).state.withLock { state in
            let hasRoom = state.groups[demand.group, default: LimitEntries()]
                .hasRoom(for: demand.key, most: keysPerShard, at: moment)
            let key = hasRoom ? demand.key : sharedKey(for: demand.key)
            var answer = Self.change(key, of: demand.group, at: moment, &state) {
                $0.reserve(demand, id: id, at: moment)
            }
            if key != demand.key { answer.grant = answer.grant.map { $0.renamed(key) } }
            return answer
        }
    }

    public func extend(
        _ grant: inout LimitGrant, tokens: Int, cost: Money
    ) async throws -> LimitAnswer.Refusal? {
        let moment = moment()
        var changed = grant
        let refusal = shard(of: grant.key).state.withLock { state in
            Self.change(grant.key, of: grant.group, at: moment, &state) {
                $0.extend(&changed, tokens: tokens, cost: cost, at: moment)
            }
        }
        grant = changed
        return refusal
    }

    public func settle(_ grant: LimitGrant, tokens: Int, cost: Money) {
        let moment = moment()
        shard(of: grant.key).state.withLock { state in
            Self.change(grant.key, of: grant.group, at: moment, &state) {
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

    private func sharedKey(for key: String) -> String {
        Self.sharedKey + String(Self.number(of: key, among: shards.count))
    }

    private static func change<Result>(
        _ key: String, of group: String, at moment: LimitEntry.Moment, _ state: inout State,
        _ change: (inout LimitEntry) -> Result
    ) -> Result {
        state.groups[group, default: LimitEntries()].change(key, at: moment, change)
    }
}
