import SluiceWire

/// What an answer used: what the provider tells of it, or else a count of what was sent and what came.
extension ResponsePath {
    static let sourceField: HeaderName = "x-sluice-usage-source"

    /// Finds out what a whole answer used before its head goes out.
    func noteUsage(ofDocument body: [UInt8]) {
        usage = dialect.usage(inDocument: body, endpoint: endpoint)
        if usage != nil {
            source = .provider
        } else if isCountable {
            let text = dialect.producedText(inDocument: body, endpoint: endpoint)
            count(text: text, factor: 1)
        }
    }

    /// Finds out what the exchange used, once nothing more will come.
    func settleUsage(_ outcome: Outcome) {
        guard usage == nil else { return }
        if let told = reader?.usage {
            (usage, source) = (told, .provider)
            return
        }
        guard isCountable else { return }
        switch mode {
        case .events:
            let (text, factor) = reader?.produced.kept() ?? ([], 1)
            count(text: text, factor: factor)
        case .bytes:
            // An answer that was too large to be held. Of embeddings only the prompt counts.
            let isText = endpoint != .embeddings
            let tokens = Int(clamping: writer.bytesWritten) / UsageAccounting.bytesPerToken
            count(completion: isText ? tokens : 0, isExact: !isText)
        case .document:
            count(completion: 0, isExact: false)
        case .idle where outcome.isLeft:
            // The provider has the prompt, and may be at work on it.
            count(completion: 0, isExact: true)
        case .idle, .failure: break
        }
    }

    private var isCountable: Bool {
        accounting.counts && hasBegun && endpoint.isUnderstood
    }

    private func count(text: [UInt8], factor: Double) {
        guard !text.isEmpty, let model = model ?? request?.model,
            let (tokens, isExact) = accounting.texts?.count(text.span, model: model)
        else { return count(completion: 0, isExact: true) }
        let isWhole = factor == 1
        count(
            completion: isWhole ? tokens : Int(Double(tokens) * factor),
            isExact: isExact && isWhole)
    }

    private func count(completion: Int, isExact: Bool) {
        let prompt = promptTokens()
        usage = TokenUsage(promptTokens: prompt.count, completionTokens: completion)
        source = isExact && prompt.isExact ? .counted : .estimated
    }

    private func promptTokens() -> (count: Int, isExact: Bool) {
        if let request, let counted = accounting.prompts?.countAtOnce(request) {
            return (counted.count, counted.isExact)
        }
        // Later processors may have made it shorter.
        if let known = knownPrompt { return (known.count, known.isExact) }
        return (bodySize / UsageAccounting.bytesPerToken, false)
    }
}

extension Outcome {
    /// Whether the provider was left at its work.
    fileprivate var isLeft: Bool {
        switch self {
        case .clientGone, .aborted: true
        case .completed, .refused, .failed: false
        }
    }
}
