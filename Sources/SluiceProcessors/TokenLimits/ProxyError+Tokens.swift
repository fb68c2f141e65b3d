internal import SluiceCore

/// Refusals in the words of OpenAI's API, by which clients know what to do.
extension ProxyError {
    static func windowExceeded(
        _ prompt: PromptTokens, window: Int, completion: Int?, _ endpoint: Endpoint
    ) -> ProxyError {
        let used = prompt.text(prompt.longest)
        let requested = prompt.text(prompt.longest + (completion ?? 0))
        let maximum = "This model's maximum context length is \(window) tokens"
        let message =
            switch endpoint {
            case .completions, .embeddings:
                "\(maximum), however you requested \(requested) tokens (\(used) in your prompt; "
                    + "\(completion ?? 0) for the completion). Please reduce your prompt; or completion length."
            case .chatCompletions, .responses, .other:
                if let completion {
                    "\(maximum). However, you requested \(requested) tokens (\(used) in the messages, "
                        + "\(completion) in the completion). Please reduce the length of the messages or completion."
                } else {
                    "\(maximum). However, your messages resulted in \(used) tokens. "
                        + "Please reduce the length of the messages."
                }
            }
        return tooLong(message, prompt, endpoint)
    }

    static func promptTooLong(
        _ prompt: PromptTokens, most: Int, _ endpoint: Endpoint
    ) -> ProxyError {
        let name = parameter(endpoint)
        return tooLong(
            "The maximum prompt length here is \(most) tokens. However, your \(name) resulted in "
                + "\(prompt.text(prompt.count)) tokens. Please reduce the length of the \(name).",
            prompt, endpoint)
    }

    static func completionTooLong(
        _ asked: Int, of most: Int, byModel: Bool, parameter: String?
    ) -> ProxyError {
        let name = parameter ?? "max_tokens"
        return .invalidRequest(
            "\(name) is too large: \(asked). \(byModel ? "This model supports" : "This gateway allows") "
                + "at most \(most) completion tokens, whereas you provided \(asked).",
            parameter: name, code: "invalid_value")
    }

    /// The member with the prompt.
    private static func parameter(_ endpoint: Endpoint) -> String {
        switch endpoint {
        case .chatCompletions: "messages"
        case .completions: "prompt"
        case .embeddings, .responses, .other: "input"
        }
    }

    private static func tooLong(
        _ message: String, _ prompt: PromptTokens, _ endpoint: Endpoint
    ) -> ProxyError {
        var error = ProxyError.invalidRequest(
            message, parameter: parameter(endpoint), code: "context_length_exceeded")
        error.detail =
            "\(prompt.count) prompt tokens by \(prompt.tokenizer), \(prompt.isExact ? "exact" : "an estimate")"
        return error
    }
}

extension PromptTokens {
    /// For people: an estimate says so.
    fileprivate func text(_ tokens: Int) -> String {
        isExact ? "\(tokens)" : "an estimated \(tokens)"
    }
}
