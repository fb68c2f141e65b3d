/// What a `[[models]]` section tells of a model. Everything may be unknown.
public struct ModelFacts: Sendable, Equatable {
    /// The name of its tokenizer; nil: the usual one of models with this name.
    public var tokenizer: String?
    /// How many tokens prompt and completion may have together.
    public var contextWindow: Int?
    /// How many tokens a completion may have.
    public var maximumCompletion: Int?
    /// What its tokens cost.
    public var prices: TokenPrices? {
        get { statedPrices.prices }
        set { statedPrices = StatedPrices(newValue) }
    }
    /// The prices as they were told, of which some may be left out.
    package var statedPrices: StatedPrices

    /// Facts about a model; about an unknown one without arguments.
    public init(
        tokenizer: String? = nil, contextWindow: Int? = nil, maximumCompletion: Int? = nil,
        prices: TokenPrices? = nil
    ) {
        self.tokenizer = tokenizer
        self.contextWindow = contextWindow
        self.maximumCompletion = maximumCompletion
        statedPrices = StatedPrices(prices)
    }
}
