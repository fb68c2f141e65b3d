internal import Dispatch
public import SluiceCore
internal import SluiceJSON
package import SluiceTokens

/// Counts prompts with the tokenizers of the models they are for.
public struct RequestTokenCounter: PromptCounter {
    private let rules: ModelRules

    /// Longer bodies are counted off the loop, in bytes.
    private static let mostAtOnce = 64 << 10
    private static let queue = DispatchQueue.global(qos: .userInitiated)

    /// - Parameter models: what is known of them beside their names.
    public init(_ models: ModelTable) {
        rules = ModelRules(models)
    }

    public func count(_ request: borrowing ProxyRequest) async -> PromptTokens {
        let rule = rules.rule(for: request.model ?? "")
        guard let form = PromptForm(request.endpoint), let document = request.json else {
            return Self.nothing(rule)
        }
        return await Self.offLoop(document) { Self.count(document, form, rule) }
    }

    public func countAtOnce(_ request: borrowing ProxyRequest) -> PromptTokens? {
        let rule = rules.rule(for: request.model ?? "")
        guard let form = PromptForm(request.endpoint), let document = request.json else {
            return Self.nothing(rule)
        }
        guard document.count <= Self.mostAtOnce else { return nil }
        return Self.count(document, form, rule)
    }

    public func ceiling(_ request: borrowing ProxyRequest) -> Int? {
        guard let form = PromptForm(request.endpoint), let document = request.json else { return 0 }
        let rule = rules.rule(for: request.model ?? "")
        guard rule.isWithinBytes else { return nil }
        let reader = PromptReader(
            document: document, tokenizer: TextLength(), images: rule.images)
        let all = reader.prompt(form).all
        return all.hasMedia ? nil : all.tokens
    }

    public func countMessages(_ request: borrowing ProxyRequest) async -> [Int] {
        guard let member = PromptForm(request.endpoint)?.list, let document = request.json else {
            return []
        }
        let rule = rules.rule(for: request.model ?? "")
        return await Self.offLoop(document) {
            Self.elements(of: member, in: document, rule, with: rule.tokenizer)
        }
    }

    /// Counts the prompt of a body that is no request.
    func count(
        _ document: JSONDocument, _ form: PromptForm, model: String
    ) async -> PromptTokens {
        let rule = rules.rule(for: model)
        return await Self.offLoop(document) { Self.count(document, form, rule) }
    }

    /// The tokenizer of a model; the estimate where its own cannot be had.
    package func tokenizer(of model: String) -> any Tokenizer { rules.rule(for: model).tokenizer }

    private static func count(
        _ document: JSONDocument, _ form: PromptForm, _ rule: ModelRule
    ) -> PromptTokens {
        count(document, form, rule, with: rule.tokenizer)
    }

    private static func count(
        _ document: JSONDocument, _ form: PromptForm, _ rule: ModelRule,
        with tokenizer: some Tokenizer
    ) -> PromptTokens {
        let reader = PromptReader(document: document, tokenizer: tokenizer, images: rule.images)
        let (all, longest) = reader.prompt(form)
        return PromptTokens(
            count: max(all.tokens, 0), longest: max(longest, 0), tokenizer: tokenizer.name,
            isExact: all.isExact && tokenizer.isExact && (form != .chat || rule.hasPublishedRule))
    }

    private static func elements(
        of member: String, in document: JSONDocument, _ rule: ModelRule,
        with tokenizer: some Tokenizer
    ) -> [Int] {
        PromptReader(document: document, tokenizer: tokenizer, images: rule.images)
            .elements(of: member)
    }

    private static func nothing(_ rule: ModelRule) -> PromptTokens {
        PromptTokens(count: 0, tokenizer: rule.tokenizer.name, isExact: false)
    }

    private static func offLoop<Result: Sendable>(
        _ document: JSONDocument, _ work: @escaping @Sendable () -> Result
    ) async -> Result {
        guard document.count > mostAtOnce else { return work() }
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }
}
