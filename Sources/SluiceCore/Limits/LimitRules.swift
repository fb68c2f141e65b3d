/// What a ``LimitStore`` holds a key to; nil: no limit.
public struct LimitRules: Sendable, Equatable {
    /// Requests within any sixty seconds.
    public var requestsPerMinute: Int?
    /// Prompt and completion tokens within any sixty seconds.
    public var tokensPerMinute: Int?
    /// Requests at once.
    public var concurrentRequests: Int?
    /// Spending from midnight to midnight, in UTC.
    public var budgetPerDay: Money?
    /// Spending from the first of a month to that of the next, in UTC.
    public var budgetPerMonth: Money?

    /// Rules without a limit.
    public init() {}

    /// Whether spending is limited.
    public var haveBudget: Bool { budgetPerDay != nil || budgetPerMonth != nil }
}

/// One of the ``LimitRules``.
public enum LimitKind: Int, Sendable, CaseIterable {
    case requests, tokens, concurrency, dayBudget, monthBudget
}
