/// Counts the tokens of text that a model has written.
public protocol TextCounter: Sendable {
    /// Counts UTF-8 text here where that is quick, and otherwise off the loop while this waits.
    ///
    /// - Returns: the count, and whether it is more than an estimate.
    func count(_ text: [UInt8], model: String) async -> (count: Int, isExact: Bool)

    /// The same without waiting; nil where it would take the loop's time.
    func countAtOnce(_ text: Span<UInt8>, model: String) -> (count: Int, isExact: Bool)?

    /// How many tokens each byte of a text can become at most.
    func mostTokensPerByte(of model: String) -> Int

    /// Whether a completion of this model has nothing but the text that comes; not so where it thinks unseen.
    func seesAll(of model: String) -> Bool
}

extension TextCounter {
    public func mostTokensPerByte(of model: String) -> Int { 1 }

    public func seesAll(of model: String) -> Bool { true }
}
