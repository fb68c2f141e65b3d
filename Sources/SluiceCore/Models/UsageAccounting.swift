/// How what a request used is found out, and what it costs.
public final class UsageAccounting: Sendable {
    /// Says what models cost.
    public let models: ModelTable
    /// Counts prompts.
    public let prompts: (any PromptCounter)?
    /// Counts what a provider sent without telling how much it was.
    public let texts: (any TextCounter)?
    /// Nil where no model has a price.
    private let prices: ModelTable?

    /// Requests above this size are not kept for a count at their end: bytes of the body.
    static let keptRequest = 1 << 20
    /// What an answer brought above this size is not even looked at on a loop, in bytes.
    static let quickAnswer = 16 << 10
    /// What one token of a prompt takes in JSON, where there is nothing better to go by.
    static let bytesPerToken = 4

    /// Without counters nothing is counted.
    ///
    /// - Parameter counts: whether the usage of answers is counted, where the provider does not tell it.
    public init(
        models: ModelTable = ModelTable(), prompts: (any PromptCounter)? = nil,
        texts: (any TextCounter)? = nil, counts: Bool = true
    ) {
        self.counts = counts && prompts != nil && texts != nil
        self.models = models
        self.prompts = prompts
        self.texts = texts
        prices = models.havePrices ? models : nil
    }

    /// Whether what a provider does not tell is counted.
    public let counts: Bool

    /// What tokens cost; nil where the model has no price.
    ///
    /// - Parameter provider: who answers, as far as that is known.
    public func cost(
        of usage: TokenUsage, model: String?, provider: String? = nil
    ) -> Double? {
        guard let prices, let model else { return nil }
        return prices.facts(for: model, provider: provider).prices?.cost(of: usage)
    }
}

extension TokenPrices {
    /// What some tokens cost. What was cached is part of the prompt, and never more than it.
    public func cost(of usage: TokenUsage) -> Double {
        let cached = min(max(0, usage.cachedTokens), usage.promptTokens)
        let sum =
            Double(usage.promptTokens - cached) * input + Double(cached) * cachedInput
            + Double(usage.completionTokens) * output
        return sum / 1_000_000
    }
}
