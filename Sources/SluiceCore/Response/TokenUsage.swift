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

    /// Counts as a provider told them.
    public init(
        promptTokens: Int, completionTokens: Int, cachedTokens: Int = 0, reasoningTokens: Int = 0
    ) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedTokens = cachedTokens
        self.reasoningTokens = reasoningTokens
    }
}
