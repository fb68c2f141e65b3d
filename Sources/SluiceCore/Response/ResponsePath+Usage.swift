import SluiceWire

/// What an answer used: what the provider tells of it, or else a count of what was sent and what came.
///
/// Short texts are counted in passing. For others, and for a vocabulary that has to be unpacked first, the end of the exchange waits while
/// a thread of the pool counts.
extension ResponsePath {
    static let sourceField: HeaderName = "x-sluice-usage-source"
    private static let announcement: HeaderName = "trailer"

    /// Announces the trailer, where the client has asked for one (RFC 9110 section 6.5.1).
    func announceTrailer(_ head: inout ResponseHead, length: Int?) {
        guard asksTrailers, length == nil, source == nil, writer.takesTrailers else { return }
        hasTrailer = true
        head.headers.append(Self.announcement, Self.sourceField.description)
    }

    /// Ends the answer, with its trailer if it has one.
    func endAnswer() {
        guard hasTrailer, let source else { return writer.end() }
        var fields = HeaderFields()
        fields.append(Self.sourceField, source.rawValue)
        writer.end(trailers: fields)
    }

    /// Finds out what an answer used, where its head or its trailer tells that, before ``conclude()`` sends them.
    ///
    /// - Returns: false where it takes time; then ``countUsage(_:)`` has to come first.
    func prepareEnd() throws(ProxyError) -> Bool {
        guard stopped == nil, !writer.isClosed else { return true }
        switch mode {
        case .document where !isWhole:
            isWhole = true
            if let translator { held = try translated(held, by: translator) }
            usage = dialect.usage(inDocument: held, endpoint: endpoint)
            if usage != nil { source = .provider } else { goesOn = isUnfinished }
        case .events where hasTrailer, .bytes where hasTrailer: break
        case .document, .events, .bytes, .idle, .failure: return true
        }
        return settleUsage(nil)
    }

    /// Finds out what the exchange used, once nothing more will come.
    ///
    /// - Parameter outcome: nil where the answer is whole.
    /// - Returns: false where it takes time; then it is for ``countUsage(_:)``.
    func settleUsage(_ outcome: Outcome?) -> Bool {
        guard usage == nil else { return true }
        if outcome != nil { readBacklog() }
        if let told = reader?.usage {
            (usage, source) = (told, .provider)
            return true
        }
        guard isCountable, let completion = completion(outcome) else { return true }
        guard completion.isQuick, let prompt = promptAtOnce(),
            let (tokens, isExact) = countAtOnce(completion)
        else { return false }
        note(prompt, completion: tokens, isExact: isExact)
        return true
    }

    /// The same off the loop.
    func countUsage(_ outcome: Outcome?) async {
        guard usage == nil, isCountable, let completion = completion(outcome) else { return }
        isCounting = true
        defer { isCounting = false }
        let (tokens, isExact) = await count(completion)
        let prompt = await promptTokens()
        note(prompt, completion: tokens, isExact: isExact)
    }

    private var isCountable: Bool {
        accounting.counts && hasBegun && endpoint.isUnderstood && !goesOn
    }

    private var isUnfinished: Bool {
        endpoint == .responses && dialect.isUnfinished(document: held, endpoint: endpoint)
    }

    /// Nil where nothing was used.
    private func completion(_ outcome: Outcome?) -> UncountedText? {
        switch mode {
        case .events:
            // What a client has left in the background goes on.
            if isBackground, !facts.contains(.terminal) { return nil }
            let text = reader?.produced ?? ProducedText()
            return text.isLost
                ? .tokens(text.size / UsageAccounting.bytesPerToken, isExact: false) : .stream(text)
        case .bytes:
            // An answer that was too large to be held. Of embeddings only the prompt counts.
            let isText = endpoint != .embeddings
            let tokens = Int(clamping: writer.bytesWritten) / UsageAccounting.bytesPerToken
            return .tokens(isText ? tokens : 0, isExact: !isText)
        case .document:
            return isWhole ? .document(held, endpoint, dialect) : .tokens(0, isExact: false)
        case .idle:
            // The provider has the prompt, and may be at work on it.
            guard let outcome else { return nil }
            if outcome.isLeft { return .tokens(0, isExact: true) }
            return outcome.error?.isTimeoutAtWork == true ? .tokens(0, isExact: false) : nil
        case .failure:
            return nil
        }
    }

    private func note(
        _ prompt: (count: Int, isExact: Bool), completion: Int, isExact: Bool
    ) {
        usage = TokenUsage(promptTokens: prompt.count, completionTokens: completion)
        let isAll = model.map { accounting.texts?.seesAll(of: $0) ?? true } ?? true
        source = isExact && prompt.isExact && isAll ? .counted : .estimated
    }

    // MARK: Completions

    private func countAtOnce(_ completion: UncountedText) -> (count: Int, isExact: Bool)? {
        if case .tokens(let count, let isExact) = completion { return (count, isExact) }
        let (text, factor) = completion.extracted()
        guard !text.isEmpty, let model, let texts = accounting.texts else { return (0, true) }
        return texts.countAtOnce(text.span, model: model).map { Self.scaled($0, by: factor) }
    }

    private func count(_ completion: UncountedText) async -> (count: Int, isExact: Bool) {
        if case .tokens(let count, let isExact) = completion { return (count, isExact) }
        let (text, factor) =
            completion.isQuick
            ? completion.extracted() : await LongWork.run { completion.extracted() }
        guard !text.isEmpty, let model, let texts = accounting.texts else { return (0, true) }
        return Self.scaled(await texts.count(text, model: model), by: factor)
    }

    private static func scaled(
        _ counted: (count: Int, isExact: Bool), by factor: Double
    ) -> (count: Int, isExact: Bool) {
        factor == 1 ? counted : (Int(Double(counted.count) * factor), false)
    }

    // MARK: Prompts

    /// Nil where it has to be counted off the loop.
    private func promptAtOnce() -> (count: Int, isExact: Bool)? {
        if let noted = notedPrompt { return (noted.count, noted.isExact) }
        guard let request, let prompts = accounting.prompts else { return roughPrompt }
        return prompts.countAtOnce(request).map { ($0.count, $0.isExact) }
    }

    private func promptTokens() async -> (count: Int, isExact: Bool) {
        if let noted = notedPrompt { return (noted.count, noted.isExact) }
        guard let request, let prompts = accounting.prompts else { return roughPrompt }
        let counted = await prompts.count(request)
        return (counted.count, counted.isExact)
    }

    /// What a processor has counted, if nobody has changed the request since.
    private var notedPrompt: PromptTokens? {
        guard let promptNote else { return nil }
        guard let request else { return promptNote.tokens }
        return promptNote.holds(for: request) ? promptNote.tokens : nil
    }

    private var roughPrompt: (count: Int, isExact: Bool) {
        (bodySize / UsageAccounting.bytesPerToken, false)
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
