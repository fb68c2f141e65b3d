/// Counts the tokens of text that a model has written.
public protocol TextCounter: Sendable {
    /// Counts UTF-8 text, on the loop: at most ``ProducedText/limit`` bytes.
    ///
    /// - Returns: the count, and whether it is more than an estimate.
    func count(_ text: Span<UInt8>, model: String) -> (count: Int, isExact: Bool)
}
