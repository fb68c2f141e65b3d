/// The prices that one `[[models]]` section tells; the others may stand in another.
package struct StatedPrices: Sendable, Equatable {
    package var input: Double?
    package var cachedInput: Double?
    package var output: Double?

    package init(input: Double? = nil, cachedInput: Double? = nil, output: Double? = nil) {
        (self.input, self.cachedInput, self.output) = (input, cachedInput, output)
    }

    init(_ prices: TokenPrices?) {
        self.init(
            input: prices?.input, cachedInput: prices?.cachedInput, output: prices?.output)
    }

    /// Nil without the price of prompts: then the model has none.
    package var prices: TokenPrices? {
        input.map {
            TokenPrices(input: $0, cachedInput: cachedInput ?? $0, output: output ?? 0)
        }
    }

    func completed(by other: StatedPrices) -> StatedPrices {
        StatedPrices(
            input: input ?? other.input, cachedInput: cachedInput ?? other.cachedInput,
            output: output ?? other.output)
    }
}
