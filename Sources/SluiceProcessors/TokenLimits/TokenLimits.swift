public import SluiceConfig
public import SluiceCore
internal import SluiceJSON

/// Holds requests against limits on their tokens, before a provider is asked and money is spent.
///
/// ```toml
/// [[processors]]
/// type = "token-limits"
/// models = ["gpt-4o*"]                  # default: all
/// routes = ["/v1/chat/completions"]     # default: all that have a prompt
/// max_prompt_tokens = 20000
/// max_completion_tokens = 4000
/// completion = "clamp"                  # or "reject"
/// context_window = "reject"             # or "clamp", "trim", "off"
/// context_window_tokens = 128000        # default: as [[models]] says
/// ```
///
/// Where a request's length alone shows that it keeps to its limits nothing is counted. A count that is an estimate decides like an exact
/// one, and the error says that it is one. Several sections may hold different models and routes.
public struct TokenLimits: ImmediateProcessor {
    /// What becomes of a request that prompt and completion do not fit into the model's window with.
    enum WindowPolicy: String, CaseIterable { case reject, clamp, trim, off }
    /// What becomes of a request that asks for a longer completion.
    enum CompletionPolicy: String, CaseIterable { case clamp, reject }

    let scope: TokenLimitScope
    let maximumPrompt: Int?
    let maximumCompletion: Int?
    let completionPolicy: CompletionPolicy
    let windowPolicy: WindowPolicy
    let windowTokens: Int?
    /// Whether the section says only what becomes of requests that do not fit into a window, and leaves the window to `[[models]]`.
    package let needsModelsWindow: Bool
    private let environment: ProcessorEnvironment

    private static let tokens = 1...(1 << 40)

    /// - Parameters:
    ///   - section: may have the keys above.
    ///   - environment: knows the models, and counts.
    public init(_ section: Section, _ environment: ProcessorEnvironment) throws {
        scope = try TokenLimitScope(section)
        maximumPrompt = try section.optionalInt("max_prompt_tokens", in: Self.tokens)
        maximumCompletion = try section.optionalInt("max_completion_tokens", in: Self.tokens)
        completionPolicy = try section.choice("completion", default: CompletionPolicy.clamp)
        windowPolicy = try section.choice("context_window", default: WindowPolicy.reject)
        windowTokens = try section.optionalInt("context_window_tokens", in: Self.tokens)
        let trimsAnyway = windowPolicy == .trim && maximumPrompt != nil
        needsModelsWindow =
            section.contains("context_window") && windowPolicy != .off && windowTokens == nil
            && !trimsAnyway
        self.environment = environment
        if windowPolicy == .off, windowTokens != nil {
            throw section.error(
                "has no meaning with context_window = \"off\"", key: "context_window_tokens")
        }
    }

    public func processAtOnce(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) throws -> Decision? {
        guard var terms = terms(for: request, context) else { return .forward }
        try terms.limitCompletion()
        var counted: PromptTokens?
        if needsCount(terms, request) {
            let known = context.promptTokens(of: request)
            guard let prompt = known ?? environment.counter.countAtOnce(request) else { return nil }
            guard !terms.needsTrim(prompt) else { return nil }
            try terms.hold(prompt)
            counted = prompt
        }
        terms.completion.write(to: &request)
        if let counted { context.note(counted, of: request) }
        return .forward
    }

    public func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        guard var terms = terms(for: request, context) else { return .forward }
        try terms.limitCompletion()
        var counted: PromptTokens?
        if needsCount(terms, request) {
            var prompt = await count(request, context)
            if terms.needsTrim(prompt) {
                let counts = await environment.counter.countMessages(request)
                let isTrimmed = TurnTrim(counts).trim(
                    &request, excess: prompt.longest - terms.promptRoom)
                // What was dropped is not taken from the count: only a count of what is left decides.
                if isTrimmed { prompt = await environment.counter.count(request) }
            }
            try terms.hold(prompt)
            counted = prompt
        }
        terms.completion.write(to: &request)
        if let counted { context.note(counted, of: request) }
        return .forward
    }

    private func count(
        _ request: borrowing ProxyRequest, _ context: ExchangeContext
    ) async -> PromptTokens {
        if let known = context.promptTokens(of: request) { return known }
        return await environment.counter.count(request)
    }

    /// Nil for requests that these limits do not concern.
    private func terms(
        for request: borrowing ProxyRequest, _ context: ExchangeContext
    ) -> TokenTerms? {
        guard request.isJSON, PromptForm(request.endpoint) != nil, let model = request.model,
            scope.contains(request.endpoint, model: model), let document = request.json
        else { return nil }
        let facts = environment.models.facts(
            for: model, provider: context.provider(for: request, in: environment.models))
        let most = [maximumCompletion, facts.maximumCompletion].compactMap { $0 }.min()
        let completion = CompletionLimit(document, request.endpoint, model: model)
        return TokenTerms(
            endpoint: request.endpoint, completion: completion, asked: completion.tokens,
            maximumPrompt: maximumPrompt, maximumCompletion: most,
            isOwnMaximum: most != facts.maximumCompletion,
            setsCompletion: maximumCompletion != nil, completionPolicy: completionPolicy,
            windowPolicy: windowPolicy,
            window: windowPolicy == .off ? nil : windowTokens ?? facts.contextWindow)
    }

    private func needsCount(_ terms: TokenTerms, _ request: borrowing ProxyRequest) -> Bool {
        guard let room = terms.leastRoom else { return false }
        guard let ceiling = environment.counter.ceiling(request) else { return true }
        return ceiling > room
    }
}
