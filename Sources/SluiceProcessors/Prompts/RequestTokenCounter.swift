public import SluiceCore
internal import SluiceJSON
public import SluiceTokens

/// Counts prompts with the tokenizers of the models they are for.
public struct RequestTokenCounter: PromptCounter {
    private let rules: ModelRules

    /// Longer texts and bodies are counted off the loop, in bytes.
    static let mostAtOnce = 16 << 10

    /// - Parameters:
    ///   - models: what is known of them beside their names.
    ///   - files: the tokenizers that they name and that come from files.
    public init(_ models: ModelTable, files: FileTokenizers = FileTokenizers()) {
        rules = ModelRules(models, files)
    }

    public func count(_ request: borrowing ProxyRequest) async -> PromptTokens {
        let rule = rules.rule(for: request.model ?? "")
        guard let form = PromptForm(request.endpoint), let document = request.json else {
            return Self.nothing(rule)
        }
        return await Self.count(document, form, rule)
    }

    public func countAtOnce(_ request: borrowing ProxyRequest) -> PromptTokens? {
        let rule = rules.rule(for: request.model ?? "")
        guard let form = PromptForm(request.endpoint), let document = request.json else {
            return Self.nothing(rule)
        }
        guard let tokenizer = rule.tokenizer.loaded, document.count <= tokenizer.mostAtOnce else {
            return nil
        }
        return Self.count(document, form, rule, with: tokenizer)
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
        guard let form = PromptForm(request.endpoint), let document = request.json else {
            return []
        }
        let rule = rules.rule(for: request.model ?? "")
        let tokenizer = await rule.tokenizer.tokenizer()
        return await Self.offLoop(document, tokenizer) {
            Self.elements(of: form, in: document, rule, with: tokenizer)
        }
    }

    /// Counts the prompt of a body that is no request.
    func count(
        _ document: JSONDocument, _ form: PromptForm, model: String
    ) async -> PromptTokens {
        await Self.count(document, form, rules.rule(for: model))
    }

    /// The tokenizer of a model; the estimate where its own cannot be had. Takes its time where that is not unpacked: not for a loop.
    package func tokenizer(of model: String) -> any Tokenizer { source(of: model).load() }

    /// What no text has more tokens than, for each of its bytes. Characters of three bytes are up to 33 where they are taken apart.
    public func mostTokensPerByte(of model: String) -> Int {
        rules.rule(for: model).isWithinBytes ? 1 : 16
    }

    func source(of model: String) -> TokenizerSource { rules.rule(for: model).tokenizer }

    /// Unpacks the vocabularies of models that will be asked for, so that no request waits for them: not on a loop.
    package func prepare(_ models: some Sequence<String>) {
        for model in models { source(of: model).load() }
    }

    private static func count(
        _ document: JSONDocument, _ form: PromptForm, _ rule: ModelRule
    ) async -> PromptTokens {
        let tokenizer = await rule.tokenizer.tokenizer()
        return await offLoop(document, tokenizer) { count(document, form, rule, with: tokenizer) }
    }

    private static func count(
        _ document: JSONDocument, _ form: PromptForm, _ rule: ModelRule,
        with tokenizer: SharedTokenizer
    ) -> PromptTokens {
        let reader = PromptReader(document: document, tokenizer: tokenizer, images: rule.images)
        let (all, longest) = reader.prompt(form)
        return PromptTokens(
            count: max(all.tokens, 0), longest: max(longest, 0), tokenizer: tokenizer.name,
            isExact: all.isExact && tokenizer.isExact(length: document.count)
                && (form != .chat || rule.hasPublishedRule))
    }

    private static func elements(
        of form: PromptForm, in document: JSONDocument, _ rule: ModelRule,
        with tokenizer: some Tokenizer
    ) -> [Int] {
        PromptReader(document: document, tokenizer: tokenizer, images: rule.images)
            .elements(of: form)
    }

    private static func nothing(_ rule: ModelRule) -> PromptTokens {
        PromptTokens(count: 0, tokenizer: rule.tokenizer.name, isExact: false)
    }

    private static func offLoop<Result: Sendable>(
        _ document: JSONDocument, _ tokenizer: SharedTokenizer,
        _ work: @escaping @Sendable () -> Result
    ) async -> Result {
        document.count > tokenizer.mostAtOnce ? await LongWork.run(work) : work()
    }
}
