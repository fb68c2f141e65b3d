import SluiceCore
import SluiceJSON
import SluiceWire

/// What a `usage` object says. Read in one pass; of a repeated name the last counts, even where it says nothing.
struct UsageCounts {
    private var prompt: Int?
    private var completion: Int?
    private var input: Int?
    private var output: Int?
    private var total: Int?
    private var cacheHits: Int?
    private var cachedPrompt: Int?
    private var cachedInput: Int?
    private var completionReasoning: Int?
    private var outputReasoning: Int?

    mutating func note(_ name: Span<UInt8>, _ value: JSONValue) {
        guard let name = UsageName(name) else { return }
        guard let detail = name.detail else { return set(name, value.int) }
        set(name, value[detail.description]?.int)
    }

    /// What nothing can have used, such as a negative number, is no count.
    mutating func set(_ name: UsageName, _ told: Int?) {
        let count = told.flatMap { TokenUsage.possible.contains($0) ? $0 : nil }
        switch name {
        case .prompt: prompt = count
        case .completion: completion = count
        case .input: input = count
        case .output: output = count
        case .total: total = count
        case .cacheHits: cacheHits = count
        case .promptDetails: cachedPrompt = count
        case .inputDetails: cachedInput = count
        case .completionDetails: completionReasoning = count
        case .outputDetails: outputReasoning = count
        }
    }

    /// Nil where neither side of the exchange is counted.
    var usage: TokenUsage? {
        let prompt = prompt ?? input
        let completion = (completion ?? output).map { withThoughts($0, prompt: prompt ?? 0) }
        guard prompt != nil || completion != nil else { return nil }
        return TokenUsage(
            promptTokens: prompt ?? 0, completionTokens: completion ?? 0,
            cachedTokens: cachedPrompt ?? cachedInput ?? cacheHits ?? 0,
            reasoningTokens: completionReasoning ?? outputReasoning ?? 0)
    }

    /// Some providers (xAI, Gemini) bill what a model thought and leave it out of the completion, but not out of the total.
    private func withThoughts(_ completion: Int, prompt: Int) -> Int {
        guard let total, prompt >= 0, total >= prompt else { return completion }
        return max(completion, total - prompt)
    }
}
