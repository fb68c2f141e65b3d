internal import SluiceCore
internal import Synchronization

/// Settlements on their way to Redis, in their order. What Redis did not take, because it was gone or its answer did not come, is sent again
/// until it is taken or of no use any more.
///
/// Settlements are numbered, and Redis remembers the last number that it has taken from this process for each key. So one whose answer was
/// lost is not counted twice. That needs them to come in order: after a failure nothing that was sent behind it goes out, and all of it is
/// sent anew.
final class SettlementLane: Sendable {
    /// What became of a request that Redis has to hear of.
    struct Settlement: Sendable {
        let grant: LimitGrant
        let tokens: Int
        let cost: Money
        let periods: BudgetPeriods
        let at = ContinuousClock.now
    }

    private struct State {
        var pending: [Int: Settlement] = [:]
        var last = 0
        /// Changes with every failure: what was sent before is void.
        var round = 0
        var isHalted = false
        var failures = 0
    }

    /// More are not kept.
    static let limit = 10_000
    /// After this nobody waits for money to be settled. Redis remembers numbers for longer.
    private static let longestForMoney = Duration.seconds(3600)
    /// What was used is in no minute any more.
    private static let longestForTokens = Duration.seconds(60)
    private static let longestPause = Duration.seconds(2)

    private let client: RedisClient
    private let call: @Sendable (Settlement, Int) -> (keys: [String], arguments: [String])
    private let dropped: @Sendable (Int) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - call: keys and arguments of the script, for a settlement with its number.
    ///   - dropped: hears how many were given up.
    init(
        _ client: RedisClient, dropped: @escaping @Sendable (Int) -> Void,
        call: @escaping @Sendable (Settlement, Int) -> (keys: [String], arguments: [String])
    ) {
        self.client = client
        self.dropped = dropped
        self.call = call
    }

    /// How many Redis has not taken.
    var count: Int { state.withLock { $0.pending.count } }

    /// Takes a settlement, and returns at once.
    func settle(_ settlement: Settlement) {
        let lost = state.withLock { state in
            guard state.pending.count < Self.limit else { return 1 }
            state.last += 1
            state.pending[state.last] = settlement
            if !state.isHalted { send(settlement, state.last, in: &state) }
            return 0
        }
        if lost > 0 { dropped(lost) }
    }

    /// Sends nothing any more.
    func giveUp() {
        let lost = state.withLock { state in
            state.round += 1
            defer { state.pending = [:] }
            return state.pending.count
        }
        if lost > 0 { dropped(lost) }
    }

    /// Called under the lock: what comes later must not be sent earlier.
    private func send(_ settlement: Settlement, _ number: Int, in state: inout State) {
        let (keys, arguments) = call(settlement, number)
        let round = state.round
        let isSent = client.offer(
            RedisClient.Call(
                script: .settle, keys: keys, arguments: arguments,
                isWanted: { self.isCurrent(round) }
            ) { self.take($0, number, round) })
        if !isSent { halt(&state) }
    }

    private func isCurrent(_ round: Int) -> Bool {
        state.withLock { $0.round == round && !$0.isHalted }
    }

    private func take(_ answer: RedisClient.Answer, _ number: Int, _ round: Int) {
        state.withLock { state in
            switch answer {
            case .success:
                state.pending[number] = nil
                state.failures = 0
            case .failure(let failure) where failure.isReply:
                // Redis may have taken later numbers of the batch, and would hold this one for told. What was sent anew meanwhile is behind
                // this answer in the client's queue, so it is void.
                if let settlement = state.pending.removeValue(forKey: number) {
                    state.last += 1
                    state.pending[state.last] = settlement
                }
                if !state.isHalted { halt(&state) }
            case .failure:
                if state.round == round, !state.isHalted { halt(&state) }
            }
        }
    }

    // MARK: Once more

    private func halt(_ state: inout State) {
        state.isHalted = true
        state.round += 1
        let pause = Duration.milliseconds(50) * (1 << min(state.failures, 6))
        state.failures += 1
        Task {
            try? await Task.sleep(for: min(pause, Self.longestPause))
            self.sendAgain()
        }
    }

    private func sendAgain() {
        let lost = state.withLock { state in
            state.isHalted = false
            let old = state.pending.filter { Self.isUseless($0.value) }
            for number in old.keys { state.pending[number] = nil }
            for (number, settlement) in state.pending.sorted(by: { $0.key < $1.key }) {
                if state.isHalted { break }
                send(settlement, number, in: &state)
            }
            return old.count
        }
        if lost > 0 { dropped(lost) }
    }

    private static func isUseless(_ settlement: Settlement) -> Bool {
        let age = settlement.at.duration(to: .now)
        return age > (settlement.grant.rules.haveBudget ? longestForMoney : longestForTokens)
    }
}

extension SettlementLane.Settlement {
    /// What was taken of the minute; -1 where that is over, or tokens are not limited.
    var takenTokens: Int {
        let isOver = at.duration(to: .now) > .seconds(60)
        return isOver || grant.rules.tokensPerMinute == nil ? -1 : grant.tokens
    }
}
