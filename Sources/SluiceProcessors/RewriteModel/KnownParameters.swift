internal import SluiceCore

/// The parameters of OpenAI's API by endpoint, from its reference.
enum KnownParameters {
    /// Nil for paths that are only passed on.
    static func of(_ endpoint: Endpoint) -> Set<String>? {
        switch endpoint {
        case .chatCompletions: chat
        case .completions: completions
        case .embeddings: embeddings
        case .responses: responses
        case .other: nil
        }
    }

    /// Whether some endpoint knows the parameter.
    static func contains(_ name: String) -> Bool {
        chat.contains(name) || completions.contains(name) || embeddings.contains(name)
            || responses.contains(name)
    }

    private static let chat: Set<String> = [
        "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
        "max_completion_tokens", "max_tokens", "messages", "metadata", "modalities", "model", "n",
        "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key",
        "prompt_cache_retention", "reasoning_effort", "response_format", "safety_identifier",
        "seed", "service_tier", "stop", "store", "stream", "stream_options", "temperature",
        "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
    ]

    private static let completions: Set<String> = [
        "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "model",
        "n", "presence_penalty", "prompt", "seed", "stop", "stream", "stream_options", "suffix",
        "temperature", "top_p", "user",
    ]

    private static let embeddings: Set<String> = [
        "dimensions", "encoding_format", "input", "model", "user",
    ]

    private static let responses: Set<String> = [
        "background", "conversation", "include", "input", "instructions", "max_output_tokens",
        "max_tool_calls", "metadata", "model", "parallel_tool_calls", "previous_response_id",
        "prompt", "prompt_cache_key", "prompt_cache_retention", "reasoning", "safety_identifier",
        "service_tier", "store", "stream", "stream_options", "temperature", "text", "tool_choice",
        "tools", "top_logprobs", "top_p", "truncation", "user",
    ]
}
