internal import SluiceCore
internal import SluiceWire

extension LimitAnswer.Refusal {
    /// What the client hears, in OpenAI's words.
    func error(demand: LimitDemand, model: String?, standings: LimitStandings) -> ProxyError {
        var error = ProxyError(
            status: 429, code: isOfBudget ? "insufficient_quota" : "rate_limit_exceeded",
            fault: .client, retry: retry, message: message(demand, model ?? "this request"))
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

    private func message(_ demand: LimitDemand, _ model: String) -> String {
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
                "Rate limit reached for \(model) on tokens per min (TPM): Limit \(limit), Used \(used), Requested \(demand.tokens). \(advice)"
        case .concurrency:
            let limit = demand.rules.concurrentRequests ?? 0
            return "Rate limit reached for \(model) on requests at once: Limit \(limit). \(advice)"
        case .dayBudget:
            return
                "You exceeded your current quota: the budget of this day does not allow this request."
        case .monthBudget:
            return
                "You exceeded your current quota: the budget of this month does not allow this request."
        }
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

    static let outOfBudget: ProxyError = {
        var error = ProxyError(
            status: 429, code: "insufficient_quota", fault: .client,
            message: "The stream has used up what its limits allow.")
        error.kind = "insufficient_quota"
        return error
    }()
}
