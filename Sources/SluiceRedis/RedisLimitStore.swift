package import SluiceCore
internal import Synchronization

/// Counts limits in Redis, so that several processes hold them together. Each question is one script, which Redis runs as one step.
///
/// What a request under way holds is leased, and renewed as long as this process lives: what a process held that died is free after a
/// minute. A settlement that Redis does not hear of is sent again (``SettlementLane``). One that is given up leaves what was taken: of tokens
/// until their minute is over, of all else until the lease ends.
package final class RedisLimitStore: LimitStore {
    package let failsOpen: Bool
    private let client: RedisClient
    private let prefix: String
    private let lease: Int
    private let live = Mutex<[UInt64: String]>([:])
    private let lane: SettlementLane
    private let renewals = Mutex<Task<Void, Never>?>(nil)
    private let checks = Mutex<Task<Void, Never>?>(nil)
    private let failed: @Sendable () -> Void

    /// - Parameters:
    ///   - prefix: of all keys.
    ///   - lease: how long a process may be silent before what it held is free, in seconds.
    ///   - dropped: hears of settlements that were given up, and how many.
    ///   - failed: hears of every question of a request that was not answered.
    package init(
        _ client: RedisClient, prefix: String = "sluice", failsOpen: Bool, lease: Int = 60,
        dropped: @escaping @Sendable (Int) -> Void = { _ in },
        failed: @escaping @Sendable () -> Void = {}
    ) {
        // Numbers of another process, or of one before this, are not those of this one.
        let process = String(UInt64.random(in: .min ... .max), radix: 36)
        lane = SettlementLane(client, dropped: dropped) { settlement, number in
            Self.call(settlement, number, prefix: prefix, process: process)
        }
        self.client = client
        self.prefix = prefix
        self.failsOpen = failsOpen
        self.lease = lease
        self.failed = failed
        let pause = Duration.seconds(lease) / 3
        let task = Task { [weak self] in
            while (try? await Task.sleep(for: pause)) != nil { self?.renew() }
        }
        renewals.withLock { $0 = task }
    }

    deinit {
        renewals.withLock { $0?.cancel() }
        checks.withLock { $0?.cancel() }
    }

    /// Asks now and then whether the server is there, so that whoever listens to the client hears of it before a request needs it.
    package func watch(every pause: Duration = .seconds(2)) {
        let task = Task { [weak self] in
            repeat { self?.check() } while (try? await Task.sleep(for: pause)) != nil
        }
        checks.withLock { $0 = task }
    }

    private func check() {
        _ = client.offer(
            RedisClient.Call(script: .check, keys: ["\(prefix):check"], arguments: []) { _ in })
    }

    /// Waits until Redis has been told of all settlements, or the time is over; what is left is given up.
    package func finish(within limit: Duration) async {
        let end = ContinuousClock.now + limit
        while unsettled > 0, .now < end, (try? await Task.sleep(for: .milliseconds(20))) != nil {}
        lane.giveUp()
    }

    package func reserve(_ demand: LimitDemand) async throws -> LimitAnswer {
        let id = UInt64.random(in: 1...UInt64(Int64.max))
        let reply: LimitReply
        do {
            reply = try await take(
                demand.rules, id: id, key: demand.key, tokens: demand.tokens, cost: demand.cost)
        } catch {
            if error.mayHaveRun { release(demand, id: id) }
            failed()
            throw LimitStoreUnavailable(error.description)
        }
        var grant: LimitGrant?
        if reply.isGranted {
            grant = LimitGrant(id: id, second: reply.second, demand: demand)
            if demand.rules.areLeased { live.withLock { $0[id] = demand.key } }
        }
        return LimitAnswer(
            grant: grant, refusal: reply.refusal, requests: reply.requests, tokens: reply.tokens)
    }

    package func extend(
        _ grant: inout LimitGrant, tokens: Int, cost: Money
    ) async throws -> LimitAnswer.Refusal? {
        let reply: LimitReply
        do {
            reply = try await take(
                grant.rules, id: grant.id, key: grant.key, tokens: tokens, cost: cost,
                second: grant.second)
        } catch {
            failed()
            throw LimitStoreUnavailable(error.description)
        }
        if let refusal = reply.refusal { return refusal }
        grant.tokens += tokens
        grant.cost.billionths += cost.billionths
        return nil
    }

    private func take(
        _ rules: LimitRules, id: UInt64, key: String, tokens: Int, cost: Money, second: Int? = nil
    ) async throws(RedisFailure) -> LimitReply {
        let periods = BudgetPeriods(seconds: SystemMilliseconds.now().wall / 1000)
        let maxima = [
            rules.requestsPerMinute, rules.tokensPerMinute, rules.concurrentRequests,
            rules.budgetPerDay.map { Int($0.billionths) },
            rules.budgetPerMonth.map { Int($0.billionths) },
        ].map { String($0 ?? -1) }
        let arguments =
            [String(id), String(lease)] + maxima + [
                String(tokens), String(cost.billionths), second == nil ? "1" : "0",
                String(second ?? 0), String(periods.dayEnd), String(periods.monthEnd),
            ]
        let value = try await client.run(
            .reserve, keys: keys(key, periods), arguments: arguments)
        guard let reply = LimitReply(value) else {
            throw RedisFailure("Redis gave another reply than the script has")
        }
        return reply
    }

    /// Gives back what Redis may have taken without our hearing of it. Tokens are not: whether they were counted is not known, and they go
    /// with their minute.
    private func release(_ demand: LimitDemand, id: UInt64) {
        guard demand.rules.areLeased else { return }
        var rules = demand.rules
        rules.tokensPerMinute = nil
        let held = LimitDemand(key: demand.key, rules: rules, tokens: 0, cost: .zero)
        settle(LimitGrant(id: id, second: 0, demand: held), tokens: 0, cost: .zero)
    }

    package func settle(_ grant: LimitGrant, tokens: Int, cost: Money) {
        live.withLock { _ = $0.removeValue(forKey: grant.id) }
        let periods = BudgetPeriods(seconds: SystemMilliseconds.now().wall / 1000)
        lane.settle(.init(grant: grant, tokens: tokens, cost: cost, periods: periods))
    }

    private static func call(
        _ settlement: SettlementLane.Settlement, _ number: Int, prefix: String, process: String
    ) -> (keys: [String], arguments: [String]) {
        let (grant, periods) = (settlement.grant, settlement.periods)
        let spent = grant.rules.haveBudget ? settlement.cost.billionths : -1
        let keys = keys(grant.key, periods, prefix: prefix)
        return (
            keys + ["\(prefix):{\(grant.key)}:settled:\(process)"],
            [
                String(grant.id), String(grant.second), String(settlement.takenTokens),
                String(settlement.tokens), String(spent), String(periods.dayEnd),
                String(periods.monthEnd), String(number),
            ]
        )
    }

    private func renew() {
        let live = live.withLock { $0 }
        let periods = BudgetPeriods(seconds: SystemMilliseconds.now().wall / 1000)
        for (key, held) in Dictionary(grouping: live, by: \.value) {
            client.send(
                RedisClient.Call(
                    script: .renew, keys: keys(key, periods),
                    arguments: [String(lease)] + held.map { String($0.key) }
                ) { _ in })
        }
    }

    /// How many settlements Redis has not taken.
    package var unsettled: Int { lane.count }

    /// In the order of the scripts. The braces keep them together in a cluster.
    private func keys(_ key: String, _ periods: BudgetPeriods) -> [String] {
        Self.keys(key, periods, prefix: prefix)
    }

    private static func keys(
        _ key: String, _ periods: BudgetPeriods, prefix: String
    ) -> [String] {
        let base = "\(prefix):{\(key)}:"
        return [
            base + "minute", base + "leases", base + "held", base + "day:\(periods.day)",
            base + "month:\(periods.month)",
        ]
    }
}

extension LimitRules {
    fileprivate var areLeased: Bool { concurrentRequests != nil || haveBudget }
}

/// What the script for reservations says.
private struct LimitReply {
    let isGranted: Bool
    let refusal: LimitAnswer.Refusal?
    let second: Int
    let requests: LimitAnswer.Standing
    let tokens: LimitAnswer.Standing

    init?(_ value: RedisValue) {
        guard let numbers = value.elements?.compactMap(\.int), numbers.count == 9 else {
            return nil
        }
        isGranted = numbers[0] == 1
        refusal = LimitKind(rawValue: numbers[1]).map {
            LimitAnswer.Refusal(
                kind: $0, waitMilliseconds: numbers[2] < 0 ? nil : numbers[2], used: numbers[3])
        }
        second = numbers[4]
        requests = LimitAnswer.Standing(remaining: numbers[5], resetMilliseconds: numbers[6])
        tokens = LimitAnswer.Standing(remaining: numbers[7], resetMilliseconds: numbers[8])
    }
}
