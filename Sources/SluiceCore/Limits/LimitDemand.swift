/// What a request asks of a ``LimitStore`` before it is let through.
public struct LimitDemand: Sendable {
    /// Whom it counts for, such as `client=team-blue`. Never a credential: stores may show it.
    public let key: String
    /// Whose keys a store with little room keeps apart from those of others, such as the name of a section.
    public let group: String
    /// What holds for the key.
    public let rules: LimitRules
    /// Prompt tokens, and the completion tokens that are expected.
    public let tokens: Int
    /// What these cost.
    public let cost: Money

    /// A demand of one request.
    public init(
        key: String, group: String = "", rules: LimitRules, tokens: Int, cost: Money
    ) {
        self.key = key
        self.group = group
        self.rules = rules
        self.tokens = tokens
        self.cost = cost
    }
}
