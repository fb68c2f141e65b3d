extension TokenLimits {
    public var summary: String {
        let completion = maximumCompletion.map { "completions up to \($0)" }
        let window = windowTokens.map { "window of \($0)" } ?? "the models' windows"
        let limits = [
            maximumPrompt.map { "prompts up to \($0)" },
            (completion ?? "the models' completions") + ", others \(completionPolicy.verb)",
            windowPolicy == .off ? nil : "\(window), others \(windowPolicy.verb)",
        ]
        return (limits.compactMap { $0 } + scope.summary).joined(separator: "; ")
    }
}

extension TokenLimits.CompletionPolicy {
    fileprivate var verb: String {
        switch self {
        case .clamp: "shortened"
        case .reject: "rejected"
        }
    }
}

extension TokenLimits.WindowPolicy {
    fileprivate var verb: String {
        switch self {
        case .reject, .off: "rejected"
        case .clamp: "shortened"
        case .trim: "trimmed"
        }
    }
}
