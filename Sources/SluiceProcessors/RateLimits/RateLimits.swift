internal import Logging
public import SluiceConfig
public import SluiceCore

/// Limits requests, tokens and money, for each client or whatever the key says.
///
/// ```toml
/// [[processors]]
/// type = "rate-limits"
/// key = ["client", "model"]
/// requests_per_minute = 60
/// tokens_per_minute = 100_000
/// concurrent_requests = 10
/// budget_per_day = 5.0
/// ```
///
/// Before a provider is asked, what a request may come to is reserved: its prompt, and the completion it asks for or, where it does not
/// say, what completions of its model have come to. At its end, however it ends, that is settled with what it came to.
public struct RateLimits: ImmediateProcessor {
    /// Tells this section's counts from those of others.
    package let name: String
    package let rules: LimitRules
    let key: RateLimitKey
    private let source: LimitSource
    let hardStop: HardStop?
    package let refusesUnpriced: Bool
    /// Keys of the section that have no meaning beside its limits.
    package let idleKeys: [String]
    private let estimates = CompletionEstimates()
    private let complaints = Complaints()

    /// - Parameter section: may have `name`, `key`, `requests_per_minute`, `tokens_per_minute`, `concurrent_requests`, `budget_per_day`,
    ///   `budget_per_month`, `hard_stop` and `unpriced`.
    public init(_ section: Section) throws {
        key = try RateLimitKey(section)
        name = try section.optionalFilledString("name") ?? key.description
        source = LimitSource(section: name, key: key.description)
        rules = try LimitRules(section)
        hardStop = try section.optionalChoice("hard_stop", of: HardStop.self)
        refusesUnpriced = try section.choice("unpriced", default: Unpriced.refuse) == .refuse
        guard rules != LimitRules() else {
            // A misspelt limit is a better answer than none.
            try section.finish()
            throw section.error("limits nothing")
        }
        idleKeys = [
            hardStop != nil && !rules.haveBudget && rules.tokensPerMinute == nil
                ? "hard_stop" : nil,
            section.contains("unpriced") && !rules.haveBudget ? "unpriced" : nil,
        ].compactMap { $0 }
    }

    /// What becomes of requests for a model without a price, where there is a budget.
    private enum Unpriced: String, CaseIterable, Sendable { case refuse, free }

    public func processAtOnce(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) throws -> Decision? {
        guard let prompt = promptAtOnce(request, context) else { return nil }
        let plan = try plan(request, prompt: prompt, context)
        let store = context.limitStore
        guard let answer = store.reserveAtOnce(plan.demand) else { return nil }
        try take(answer, plan, model: request.model, store, context)
        return .forward
    }

    public func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        let prompt = await prompt(request, context)
        let plan = try plan(request, prompt: prompt, context)
        let store = context.limitStore
        let answer: LimitAnswer
        do {
            answer = try await store.reserve(plan.demand)
        } catch {
            guard store.failsOpen else { throw ProxyError.limitsUnknown("\(error)") }
            if complaints.isDue {
                context.logger.warning(
                    "requests go on without limits", metadata: ["reason": .string("\(error)")])
            }
            return .forward
        }
        try take(answer, plan, model: request.model, store, context)
        return .forward
    }

    private func take(
        _ answer: LimitAnswer, _ plan: Plan, model: String?, _ store: any LimitStore,
        _ context: ExchangeContext
    ) throws {
        context.note(LimitStandings(answer, rules: rules))
        if let grant = answer.grant {
            context.keep(
                forStage: Reservation(
                    grant, completion: plan.completion, openCompletions: plan.openCompletions,
                    model: model, prompt: plan.demand.tokens - plan.completion, store: store))
        }
        if let refusal = answer.refusal {
            throw refusal.error(
                plan.demand, model: model, standings: context.limitStandings, source: source,
                isEstimated: plan.openCompletions != nil)
        }
    }

    public func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)? {
        guard let reservation = context.takeNote(Reservation.self) else { return nil }
        let stopsStream = request.isStreaming && (rules.haveBudget || rules.tokensPerMinute != nil)
        return RateLimitStage(
            reservation: reservation,
            provider: context.provider(for: request, in: context.accounting.models),
            source: source, estimates: estimates, context: context,
            overrun: stopsStream
                ? hardStop.map {
                    Overrun(
                        $0, for: request, prompt: reservation.prompt,
                        counter: context.accounting.texts)
                } : nil)
    }

    private var countsTokens: Bool { rules.haveBudget || rules.tokensPerMinute != nil }

    /// The prompt's tokens; nil where a count has to be waited for.
    private func promptAtOnce(
        _ request: borrowing ProxyRequest, _ context: ExchangeContext
    ) -> Int? {
        guard countsTokens, !FreePaths.contain(request) else { return 0 }
        if let known = context.promptTokens(of: request) { return known.count }
        guard request.endpoint.isUnderstood, let counter = context.accounting.prompts else {
            return request.body.roughTokens(request.endpoint)
        }
        guard let counted = counter.countAtOnce(request) else { return nil }
        context.note(counted, of: request)
        return counted.count
    }

    private func prompt(
        _ request: borrowing ProxyRequest, _ context: ExchangeContext
    ) async -> Int {
        if let prompt = promptAtOnce(request, context) { return prompt }
        guard let counted = await context.accounting.prompts?.count(request) else { return 0 }
        context.note(counted, of: request)
        return counted.count
    }

    /// What is asked of the store for a request, and what of it completions may come to.
    private struct Plan {
        let demand: LimitDemand
        let completion: Int
        /// How many completions there are whose length the request leaves open.
        let openCompletions: Int?
    }

    private func plan(
        _ request: borrowing ProxyRequest, prompt: Int, _ context: ExchangeContext
    ) throws -> Plan {
        let expected = countsTokens ? ExpectedCompletion(request) : nil
        let models = context.accounting.models
        let provider = context.provider(for: request, in: models)
        let longest = request.model.flatMap {
            models.facts(for: $0, provider: provider).maximumCompletion
        }
        var completion =
            expected?.tokens(learned: estimates.expected(model: request.model), longest: longest)
            ?? 0
        var cost = try cost(prompt, completion, of: request, at: provider, context)
        if expected?.open != nil {
            let bare = try self.cost(prompt, 0, of: request, at: provider, context)
            completion = bounded(completion, prompt: prompt, cost: cost, bare: bare)
            cost = try self.cost(prompt, completion, of: request, at: provider, context)
        }
        let demand = LimitDemand(
            key: "\(name):\(key.value(for: request, context))", group: name, rules: rules,
            tokens: prompt + completion,
            cost: cost)
        return Plan(demand: demand, completion: completion, openCompletions: expected?.open)
    }

    /// An estimate is never more than the limits can hold at all beside the prompt: only what a request says itself makes it too large.
    ///
    /// - Parameters:
    ///   - cost: of prompt and completion.
    ///   - bare: what the prompt costs.
    private func bounded(_ completion: Int, prompt: Int, cost: Money, bare: Money) -> Int {
        var most = completion
        if let limit = rules.tokensPerMinute { most = min(most, limit - prompt) }
        for case let budget? in [rules.budgetPerDay, rules.budgetPerMonth] where cost > budget {
            let share = max(0, (budget.amount - bare.amount) / (cost.amount - bare.amount))
            // One less, because amounts are rounded.
            most = min(most, Int(Double(completion) * min(share, 1)) - 1)
        }
        return min(completion, max(1, most))
    }

    private func cost(
        _ prompt: Int, _ completion: Int, of request: borrowing ProxyRequest, at provider: String?,
        _ context: ExchangeContext
    ) throws -> Money {
        guard rules.haveBudget, !FreePaths.contain(request) else { return .zero }
        let usage = TokenUsage(promptTokens: prompt, completionTokens: completion)
        let cost = context.accounting.cost(of: usage, model: request.model, provider: provider)
        if let cost { return Money(cost) }
        guard refusesUnpriced else { return .zero }
        throw ProxyError.withoutPrice(request)
    }
}

extension LimitRules {
    fileprivate init(_ section: Section) throws {
        self.init()
        let counts = 1...1_000_000_000_000
        requestsPerMinute = try section.optionalInt("requests_per_minute", in: counts)
        tokensPerMinute = try section.optionalInt("tokens_per_minute", in: counts)
        concurrentRequests = try section.optionalInt("concurrent_requests", in: counts)
        let amounts = 0.000_001...1_000_000
        budgetPerDay = try section.optionalDouble("budget_per_day", in: amounts).map(Money.init)
        budgetPerMonth = try section.optionalDouble("budget_per_month", in: amounts).map(Money.init)
    }
}
