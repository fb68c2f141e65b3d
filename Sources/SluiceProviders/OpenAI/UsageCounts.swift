import SluiceJSON
import SluiceWire

/// What a `usage` object says, by the names that the dialects have for it. Read in one pass; of a repeated name the last counts.
struct UsageCounts {
    private(set) var prompt: Int?
    private(set) var completion: Int?
    /// The names of the responses API.
    private(set) var input: Int?
    private(set) var output: Int?
    /// DeepSeek counts its cache beside the details.
    private(set) var cacheHits: Int?
    private(set) var cachedPrompt: Int?
    private(set) var cachedInput: Int?
    private(set) var completionReasoning: Int?
    private(set) var outputReasoning: Int?

    mutating func note(_ name: Span<UInt8>, _ value: JSONValue) {
        // Lengths tell nearly all of these names apart.
        switch name.count {
        case 12 where name.hasText("input_tokens", at: 0): input = value.int
        case 13 where name.hasText("prompt_tokens", at: 0): prompt = value.int
        case 13 where name.hasText("output_tokens", at: 0): output = value.int
        case 17 where name.hasText("completion_tokens", at: 0): completion = value.int
        case 20 where name.hasText("input_tokens_details", at: 0):
            cachedInput = value["cached_tokens"]?.int
        case 21 where name.hasText("prompt_tokens_details", at: 0):
            cachedPrompt = value["cached_tokens"]?.int
        case 21 where name.hasText("output_tokens_details", at: 0):
            outputReasoning = value["reasoning_tokens"]?.int
        case 23 where name.hasText("prompt_cache_hit_tokens", at: 0): cacheHits = value.int
        case 25 where name.hasText("completion_tokens_details", at: 0):
            completionReasoning = value["reasoning_tokens"]?.int
        default: break
        }
    }
}
