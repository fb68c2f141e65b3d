/// Counts the tokens of requests' prompts, as the model they name would.
public protocol PromptCounter: Sendable {
    /// Counts here where that is quick, and otherwise off the loop while this waits.
    func count(_ request: borrowing ProxyRequest) async -> PromptTokens

    /// The same without waiting; nil where it would take the loop's time.
    func countAtOnce(_ request: borrowing ProxyRequest) -> PromptTokens?

    /// A number that the count cannot exceed, known with hardly any work; nil where there is none.
    func ceiling(_ request: borrowing ProxyRequest) -> Int?

    /// The tokens of each element of `messages`, or of `input` in the responses API: what the prompt loses without it. Empty for other
    /// requests.
    func countMessages(_ request: borrowing ProxyRequest) async -> [Int]
}

extension PromptCounter {
    public func countAtOnce(_ request: borrowing ProxyRequest) -> PromptTokens? { nil }
    public func ceiling(_ request: borrowing ProxyRequest) -> Int? { nil }
    public func countMessages(_ request: borrowing ProxyRequest) async -> [Int] { [] }
}

/// Knows nothing, and takes every prompt for empty: for pipelines without token limits.
public struct NoPromptCounter: PromptCounter {
    /// A counter that counts nothing.
    public init() {}

    public func count(_ request: borrowing ProxyRequest) async -> PromptTokens {
        PromptTokens(count: 0, tokenizer: "none", isExact: false)
    }
}
