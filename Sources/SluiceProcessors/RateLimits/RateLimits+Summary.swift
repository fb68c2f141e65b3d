internal import SluiceCore

extension RateLimits {
    public var summary: String {
        let limits: [String?] = [
            "key \(key)",
            rules.requestsPerMinute.map { "\($0) requests per minute" },
            rules.tokensPerMinute.map { "\($0) tokens per minute" },
            rules.concurrentRequests.map { "\($0) at once" },
            rules.budgetPerDay.map { "\($0.amount) per day" },
            rules.budgetPerMonth.map { "\($0.amount) per month" },
            rules.haveBudget && !refusesUnpriced ? "models without a price are free" : nil,
            hardStop.map { "hard stop by \($0.rawValue)" },
        ]
        return "\(name): " + limits.compactMap { $0 }.joined(separator: "; ")
    }
}
