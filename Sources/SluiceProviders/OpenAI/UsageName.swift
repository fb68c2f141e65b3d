import SluiceWire

/// The members of a `usage` object that are counted, by the names that the dialects have for them.
enum UsageName {
    case prompt, completion
    /// The names of the responses API.
    case input, output
    case total
    /// DeepSeek counts its cache beside the details.
    case cacheHits
    case promptDetails, completionDetails
    case inputDetails, outputDetails

    /// Lengths tell nearly all of these names apart.
    @inline(__always)
    init?(_ name: Span<UInt8>) {
        switch name.count {
        case 12 where name.hasText("input_tokens", at: 0): self = .input
        case 12 where name.hasText("total_tokens", at: 0): self = .total
        case 13 where name.hasText("prompt_tokens", at: 0): self = .prompt
        case 13 where name.hasText("output_tokens", at: 0): self = .output
        case 17 where name.hasText("completion_tokens", at: 0): self = .completion
        case 20 where name.hasText("input_tokens_details", at: 0): self = .inputDetails
        case 21 where name.hasText("prompt_tokens_details", at: 0): self = .promptDetails
        case 21 where name.hasText("output_tokens_details", at: 0): self = .outputDetails
        case 23 where name.hasText("prompt_cache_hit_tokens", at: 0): self = .cacheHits
        case 25 where name.hasText("completion_tokens_details", at: 0): self = .completionDetails
        default: return nil
        }
    }

    /// The member that is counted where the value is an object of details; nil where the value itself is counted.
    var detail: StaticString? {
        switch self {
        case .prompt, .completion, .input, .output, .total, .cacheHits: nil
        case .promptDetails, .inputDetails: "cached_tokens"
        case .completionDetails, .outputDetails: "reasoning_tokens"
        }
    }
}
