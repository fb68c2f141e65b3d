/// Tokens as the provider counted them.
public struct TokenUsage: Sendable, Equatable {
    /// Tokens of the request.
    public var promptTokens: Int
    /// Tokens of the answer, those of its reasoning included.
    public var completionTokens: Int
    /// Prompt tokens that the provider served from its cache; part of ``promptTokens``.
    public var cachedTokens: Int
    /// Completion tokens spent on reasoning; part of ``completionTokens``.
    public var reasoningTokens: Int

    /// What a count can be: sums of these never overflow.
    public static let possible = 0...(1 << 40)

    /// Counts as a provider told them; each that is beyond ``possible`` is taken for the nearest that is not.
    public init(
        promptTokens: Int, completionTokens: Int, cachedTokens: Int = 0, reasoningTokens: Int = 0
    ) {
        self.promptTokens = Self.clamped(promptTokens)
        self.completionTokens = Self.clamped(completionTokens)
        self.cachedTokens = Self.clamped(cachedTokens)
        self.reasoningTokens = Self.clamped(reasoningTokens)
    }

    private static func clamped(_ count: Int) -> Int {
        min(max(count, possible.lowerBound), possible.upperBound)
    }
}
