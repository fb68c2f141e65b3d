internal import SluiceCore

/// The limits for one request, and what it asks for.
struct TokenTerms {
    let endpoint: Endpoint
    var completion: CompletionLimit
    /// What the client asked for, whatever became of it; nil where it did not say.
    let asked: Int?
    let maximumPrompt: Int?
    /// By the section or by the model, whichever is less.
    let maximumCompletion: Int?
    /// Whether that is the section's, which is the operator's rule and none of the model.
    let isOwnMaximum: Bool
    /// Whether a request that says nothing gets the maximum: a model keeps to its own one by itself.
    let setsCompletion: Bool
    let completionPolicy: TokenLimits.CompletionPolicy
    let windowPolicy: TokenLimits.WindowPolicy
    let window: Int?

    /// What is left to an answer whose length the request leaves open, when turns are dropped: this, or a quarter of a small window.
    private static let usualAnswer = 1_024

    /// Holds the completion that is asked for against its maximum.
    mutating func limitCompletion() throws(ProxyError) {
        guard let maximumCompletion, completion.isKnown else { return }
        guard let asked = completion.tokens else {
            if setsCompletion { completion.set(maximumCompletion) }
            return
        }
        guard asked > maximumCompletion else { return }
        guard completionPolicy == .clamp else {
            throw .completionTooLong(
                asked, of: maximumCompletion, byModel: !isOwnMaximum,
                parameter: completion.parameter)
        }
        completion.set(maximumCompletion)
    }

    /// A prompt up to this keeps to all limits as it is; nil without limits.
    var leastRoom: Int? {
        [maximumPrompt, window.map { $0 - answer }].compactMap { $0 }.min()
    }

    /// What turns are dropped down to.
    var promptRoom: Int { leastRoom ?? .max }

    /// The tokens that the window has to have for the answer.
    private var answer: Int {
        if let tokens = completion.tokens { return tokens }
        guard windowPolicy == .trim, completion.isKnown, let window else { return 0 }
        return max(min(Self.usualAnswer, window / 4), 1)
    }

    /// Whether turns have to be dropped.
    func needsTrim(_ prompt: PromptTokens) -> Bool {
        windowPolicy == .trim && prompt.longest > promptRoom
    }

    /// Holds a prompt against the limits; the completion may become shorter.
    mutating func hold(_ prompt: PromptTokens) throws(ProxyError) {
        if let maximumPrompt, prompt.count > maximumPrompt {
            throw .promptTooLong(prompt, most: maximumPrompt, endpoint)
        }
        let tokens = completion.tokens
        guard let window, prompt.longest + (tokens ?? 0) > window else { return }
        let left = window - prompt.longest
        guard windowPolicy == .clamp, left > 0, tokens != nil else {
            // A completion that was made shorter is not one that the client knows of.
            throw .windowExceeded(prompt, window: window, completion: asked ?? tokens, endpoint)
        }
        completion.set(left)
    }
}
