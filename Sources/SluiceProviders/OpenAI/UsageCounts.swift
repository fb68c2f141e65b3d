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
    private(set) var promptDetails: JSONValue?
    private(set) var completionDetails: JSONValue?
    private(set) var inputDetails: JSONValue?
    private(set) var outputDetails: JSONValue?

    mutating func note(_ name: Span<UInt8>, _ value: JSONValue) {
        // Lengths tell nearly all of these names apart.
        switch name.count {
        case 12 where name.hasText("input_tokens", at: 0): input = value.int
        case 13 where name.hasText("prompt_tokens", at: 0): prompt = value.int
        case 13 where name.hasText("output_tokens", at: 0): output = value.int
        case 17 where name.hasText("completion_tokens", at: 0): completion = value.int
        case 20 where name.hasText("input_tokens_details", at: 0): inputDetails = value
        case 21 where name.hasText("prompt_tokens_details", at: 0): promptDetails = value
        case 21 where name.hasText("output_tokens_details", at: 0): outputDetails = value
        case 23 where name.hasText("prompt_cache_hit_tokens", at: 0): cacheHits = value.int
        case 25 where name.hasText("completion_tokens_details", at: 0): completionDetails = value
        default: break
        }
    }
}
