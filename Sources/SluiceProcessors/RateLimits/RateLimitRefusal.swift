internal import SluiceCore
internal import SluiceWire

extension LimitAnswer.Refusal {
    /// What the client hears, in OpenAI's words.
    ///
    /// - Parameter isEstimated: the request does not say how long its completion may be.
    func error(
        _ demand: LimitDemand, model: String?, standings: LimitStandings, source: LimitSource,
        isEstimated: Bool
    ) -> ProxyError {
        // Of requests there is always one.
        let isEstimated = isEstimated && (isOfBudget || kind == .tokens)
        let estimate = isEstimated ? " (estimated: the request does not say `max_tokens`)" : ""
        let requested = requested(demand)
        var error = ProxyError(
            status: 429, code: isOfBudget ? "insufficient_quota" : "rate_limit_exceeded",
            fault: .client, retry: retry,
            message: message(demand, model ?? "this request", requested + estimate))
        error.limit = LimitName(section: source.section, limit: kind.key)
        let note = isEstimated ? " (estimated)" : ""
        error.detail =
            source.text(kind)
            + ": limit \(limit(demand.rules)), used \(usedText), asked for \(requested)\(note)"
        error.kind = isOfBudget ? "insufficient_quota" : kind == .tokens ? "tokens" : "requests"
        standings.write(to: &error.headers)
        if let wait = waitMilliseconds, !isOfBudget {
            error.headers.append("retry-after-ms", String(wait))
        } else {
            // Nobody waits for tomorrow, and what is larger than its limit is so for ever.
            error.headers.append("x-should-retry", "false")
        }
        return error
    }

    private var isOfBudget: Bool { kind == .dayBudget || kind == .monthBudget }

    private var retry: ProxyError.Retry {
        waitMilliseconds.map { .after(seconds: ($0 + 999) / 1000) } ?? .never
    }

    private func message(_ demand: LimitDemand, _ model: String, _ requested: String) -> String {
        switch kind {
        case .requests:
            let limit = demand.rules.requestsPerMinute ?? 0
            return
                "Rate limit reached for \(model) on requests per min (RPM): Limit \(limit), Used \(used), Requested 1. \(advice)"
        case .tokens:
            let limit = demand.rules.tokensPerMinute ?? 0
            guard waitMilliseconds != nil else {
                return
                    "Request too large for \(model) on tokens per min (TPM): Limit \(limit), Requested \(demand.tokens). The input or output tokens must be reduced in order to run successfully."
            }
            return
                "Rate limit reached for \(model) on tokens per min (TPM): Limit \(limit), Used \(used), Requested \(requested). \(advice)"
        case .concurrency:
            let limit = demand.rules.concurrentRequests ?? 0
            return "Rate limit reached for \(model) on requests at once: Limit \(limit). \(advice)"
        case .dayBudget, .monthBudget:
            let limit = limit(demand.rules)
            if waitMilliseconds == nil {
                return
                    "This request is too dear by itself: it may cost \(requested), and \(budget) is \(limit)."
            }
            if let wait = waitMilliseconds, wait <= 1000 {
                return
                    "You exceeded your current quota: of \(budget), \(limit), \(usedText) is spent, and requests under way hold the rest; this request may cost \(requested)."
            }
            return
                "You exceeded your current quota: of \(budget), \(limit), \(usedText) is spent, and this request may cost \(requested); \(reset)."
        }
    }

    private var budget: String {
        kind == .dayBudget ? "the budget of this day" : "the budget of this month"
    }

    private var reset: String {
        let periods = BudgetPeriods(seconds: SystemMilliseconds.now().wall / 1000)
        return "it resets at \(kind == .dayBudget ? periods.dayEndText : periods.monthEndText)"
    }

    /// What the limit is, in its own unit.
    private func limit(_ rules: LimitRules) -> String {
        switch kind {
        case .requests: String(rules.requestsPerMinute ?? 0)
        case .tokens: String(rules.tokensPerMinute ?? 0)
        case .concurrency: String(rules.concurrentRequests ?? 0)
        case .dayBudget: (rules.budgetPerDay ?? .zero).text
        case .monthBudget: (rules.budgetPerMonth ?? .zero).text
        }
    }

    private var usedText: String {
        isOfBudget ? Money(billionths: Int64(clamping: used) * 1000).text : String(used)
    }

    private func requested(_ demand: LimitDemand) -> String {
        switch kind {
        case .requests, .concurrency: "1"
        case .tokens: String(demand.tokens)
        case .dayBudget, .monthBudget: demand.cost.text
        }
    }

    /// Why a stream ends that needs more than there is.
    func stop(_ rules: LimitRules, _ source: LimitSource) -> ProxyError {
        let what = isOfBudget ? budget : "the limit on tokens per min (TPM)"
        let after = isOfBudget ? "; \(reset)" : ""
        let limit = limit(rules)
        var error = ProxyError(
            status: 429, code: isOfBudget ? "insufficient_quota" : "rate_limit_exceeded",
            fault: .client,
            message: "The stream has used up \(what): Limit \(limit), Used \(usedText)\(after).",
            detail: source.text(kind) + ": limit \(limit), used \(usedText), a stream was stopped")
        error.kind = isOfBudget ? "insufficient_quota" : "tokens"
        error.limit = LimitName(section: source.section, limit: kind.key)
        return error
    }

    private var advice: String { "Please try again in \(LimitTime.text(waitMilliseconds ?? 0))." }
}

extension ProxyError {
    static func limitsUnknown(_ detail: String) -> ProxyError {
        ProxyError(
            status: 503, code: "limits_unavailable", fault: .proxy, retry: .after(seconds: 1),
            message: "The limits of this client cannot be checked at the moment.", detail: detail)
    }

    /// A request that could cost anything, of a client that may spend so much.
    static func withoutPrice(_ request: borrowing ProxyRequest) -> ProxyError {
        let message: String
        if let model = request.model {
            message = "The model `\(model)` has no price, and this client has a budget."
        } else {
            let path = "/v1\(request.path)"
            message =
                "This client has a budget, and what this request to \(path) would cost is not known: it names no model. "
                + "Name one that has a price in `model`, in a body of type application/json."
        }
        return ProxyError(
            status: 403, code: "model_without_price", fault: .client, message: message,
            parameter: "model")
    }
}
