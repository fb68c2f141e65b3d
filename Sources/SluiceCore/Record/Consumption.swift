/// What an exchange used, as it is known at its end.
public struct Consumption: Sendable, Equatable {
    /// Tokens; nil where no provider was asked, where it refused, and where nobody knows.
    public var usage: TokenUsage?
    /// Where ``usage`` comes from.
    public var source: UsageSource?
    /// In the currency of the model table; nil where the model has no price.
    public var cost: Double?
    /// Whether a provider had begun to answer: then something was used even where nobody can say how much.
    public var isAnswered: Bool

    /// What was used.
    public init(
        usage: TokenUsage? = nil, source: UsageSource? = nil, cost: Double? = nil,
        isAnswered: Bool = false
    ) {
        self.isAnswered = isAnswered
        self.usage = usage
        self.source = source
        self.cost = cost
    }
}

/// Where the tokens of a record come from.
public enum UsageSource: String, Sendable {
    /// The provider told them.
    case provider
    /// Counted here with the model's tokenizer, from what was sent and what came.
    case counted
    /// Counted here, some of it by a rule of thumb.
    case estimated
}
