/// What a model's tokens cost: money per million, in whatever currency the configuration means.
public struct TokenPrices: Sendable, Equatable {
    /// Of the prompt.
    public var input: Double
    /// Of the part of the prompt that the provider had in its cache.
    public var cachedInput: Double
    /// Of the completion.
    public var output: Double

    /// Prices per million tokens.
    public init(input: Double, cachedInput: Double, output: Double) {
        self.input = input
        self.cachedInput = cachedInput
        self.output = output
    }
}
