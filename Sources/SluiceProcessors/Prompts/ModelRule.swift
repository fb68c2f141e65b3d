internal import SluiceCore
internal import SluiceTokens
internal import Synchronization

/// How prompts for one model are counted.
final class ModelRule: Sendable {
    let tokenizer: TokenizerSource
    let images: ImageTokens
    /// Whether no text has more tokens than bytes. A tokenizer that rewrites text before it splits it need not keep to that.
    let isWithinBytes: Bool

    /// Whether chats are billed by the published rule. What models that think are billed differs from it by a token or so.
    let hasPublishedRule: Bool

    private static let bytewise: Set = [
        "cl100k_base", "o200k_base", "o200k_harmony", "p50k_base", "estimate",
    ]

    /// The tokenizer is the estimate where a model's own cannot be had.
    init(_ model: String, _ facts: ModelFacts) {
        let name = facts.tokenizer ?? ModelTokenizers.tokenizer(for: model)
        tokenizer = TokenizerSource.named(name)
        images = ImageTokens(model: model)
        hasPublishedRule = !ThinkingModels.contains(model)
        isWithinBytes = Self.bytewise.contains(tokenizer.name)
    }
}

/// The rules of models, each found once: names are compared with many beginnings of names.
final class ModelRules: Sendable {
    private let models: ModelTable
    private let known = Mutex<[String: ModelRule]>([:])

    /// Clients choose the names.
    private static let most = 1_024

    init(_ models: ModelTable) {
        self.models = models
    }

    func rule(for model: String) -> ModelRule {
        known.withLock { known in
            if let rule = known[model] { return rule }
            let rule = ModelRule(model, models.facts(for: model))
            if known.count >= Self.most { known.removeAll(keepingCapacity: true) }
            known[model] = rule
            return rule
        }
    }
}
