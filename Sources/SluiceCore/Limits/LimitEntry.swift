/// All that is counted for one key in memory.
struct LimitEntry {
    /// A moment: of the clock that never jumps for windows, of the calendar's for budgets.
    struct Moment {
        /// Milliseconds of the clock that never jumps.
        var now: Int
        var periods: BudgetPeriods
        /// Milliseconds since 1970.
        var wall: Int
    }

    private var requests = SlidingWindow()
    private var tokens = SlidingWindow()
    private var running = 0
    /// Money of requests under way, in billionths. What is added goes again, so it may wrap where no budget bounds it.
    private var held: Int64 = 0
    private var day = 0
    private var spentThisDay = Money.zero
    private var month = 0
    private var spentThisMonth = Money.zero

    /// Whether forgetting it changes nothing.
    var isIdle: Bool {
        requests.isEmpty && tokens.isEmpty && running == 0 && held == 0 && spentThisMonth == .zero
            && spentThisDay == .zero
    }

    /// Whether forgetting it would let somebody have more than a minute's worth again: requests are under way, or money was spent.
    var isPinned: Bool {
        running > 0 || held != 0 || spentThisMonth != .zero || spentThisDay != .zero
    }

    mutating func advance(to moment: Moment) {
        requests.advance(to: moment.now)
        tokens.advance(to: moment.now)
        if day != moment.periods.day { (day, spentThisDay) = (moment.periods.day, .zero) }
        if month != moment.periods.month { (month, spentThisMonth) = (moment.periods.month, .zero) }
    }

    mutating func reserve(_ demand: LimitDemand, id: UInt64, at moment: Moment) -> LimitAnswer {
        let refusal = refusal(of: demand, isNew: true, at: moment)
        var grant: LimitGrant?
        if refusal == nil {
            let second = moment.now / 1000
            if demand.rules.requestsPerMinute != nil { requests.add(1, second: second) }
            if demand.rules.tokensPerMinute != nil { tokens.add(demand.tokens, second: second) }
            running += 1
            held &+= demand.cost.billionths
            grant = LimitGrant(id: id, second: second, demand: demand)
        }
        return LimitAnswer(
            grant: grant, refusal: refusal,
            requests: requests.standing(
                limit: demand.rules.requestsPerMinute ?? 0, now: moment.now),
            tokens: tokens.standing(limit: demand.rules.tokensPerMinute ?? 0, now: moment.now))
    }

    mutating func extend(
        _ grant: inout LimitGrant, tokens more: Int, cost: Money, at moment: Moment
    ) -> LimitAnswer.Refusal? {
        let demand = LimitDemand(key: grant.key, rules: grant.rules, tokens: more, cost: cost)
        if let refusal = refusal(of: demand, isNew: false, at: moment) { return refusal }
        if grant.rules.tokensPerMinute != nil {
            tokens.correct(more, second: grant.second, now: moment.now)
        }
        held &+= cost.billionths
        grant.tokens += more
        grant.cost += cost
        return nil
    }

    mutating func settle(_ grant: LimitGrant, tokens used: Int, cost: Money, at moment: Moment) {
        running -= 1
        held &-= grant.cost.billionths
        if grant.rules.tokensPerMinute != nil {
            tokens.correct(used - grant.tokens, second: grant.second, now: moment.now)
        }
        if grant.rules.haveBudget {
            spentThisDay += cost
            spentThisMonth += cost
        }
    }

    /// The limit that has no room for the longest time; nil where all have.
    private func refusal(
        of demand: LimitDemand, isNew: Bool, at moment: Moment
    ) -> LimitAnswer.Refusal? {
        let rules = demand.rules
        var worst: LimitAnswer.Refusal?
        func note(_ kind: LimitKind, _ wait: Int?, _ used: Int) {
            guard wait != 0, worst?.waitMilliseconds ?? (worst == nil ? -1 : .max) < wait ?? .max
            else { return }
            worst = LimitAnswer.Refusal(kind: kind, waitMilliseconds: wait, used: used)
        }
        if isNew, let limit = rules.requestsPerMinute {
            note(.requests, requests.wait(for: 1, limit: limit, now: moment.now), requests.used)
        }
        if let limit = rules.tokensPerMinute {
            let wait = tokens.wait(for: demand.tokens, limit: limit, now: moment.now)
            note(.tokens, wait, tokens.used)
        }
        if isNew, let limit = rules.concurrentRequests, running >= limit {
            note(.concurrency, Self.pause, running)
        }
        if let limit = rules.budgetPerDay {
            let (spent, end) = (spentThisDay, moment.periods.dayEnd)
            note(.dayBudget, wait(demand.cost, spent, limit, end, moment), micros(spent))
        }
        if let limit = rules.budgetPerMonth {
            let (spent, end) = (spentThisMonth, moment.periods.monthEnd)
            note(.monthBudget, wait(demand.cost, spent, limit, end, moment), micros(spent))
        }
        return worst
    }

    /// Nobody knows when a request under way ends.
    private static let pause = 1000

    private func wait(
        _ cost: Money, _ spent: Money, _ limit: Money, _ end: Int, _ moment: Moment
    ) -> Int? {
        if cost > limit { return nil }
        guard spent < limit, spent.billionths + cost.billionths <= limit.billionths else {
            return max(1, end * 1000 - moment.wall)
        }
        // With what is under way settled for less there may be room earlier.
        return held <= limit.billionths - spent.billionths - cost.billionths ? 0 : Self.pause
    }

    private func micros(_ spent: Money) -> Int { Int(spent.billionths / 1000) }
}
