/// How many tokens the prompt of a request has.
public struct PromptTokens: Sendable, Equatable {
    /// All of them: what the provider bills.
    public var count: Int
    /// Those of the longest of several prompts, such as the inputs of one request for embeddings: what has to fit into a context window.
    public var longest: Int
    /// The name of the tokenizer that they were counted with.
    public var tokenizer: String
    /// False for an estimate: of the tokenizer, or because the rule for a part of the request is not published or only approximate.
    public var isExact: Bool

    /// - Parameter longest: of several prompts; nil where there is one.
    public init(count: Int, longest: Int? = nil, tokenizer: String, isExact: Bool) {
        self.count = count
        self.longest = longest ?? count
        self.tokenizer = tokenizer
        self.isExact = isExact
    }
}
