internal import SluiceCore
internal import SluiceTokens
internal import Synchronization

/// How prompts for one model are counted.
final class ModelRule: Sendable {
    let tokenizer: TokenizerSource
    let images: ImageTokens
    /// Whether no text has more tokens than bytes.
    let isWithinBytes: Bool
    /// Whether chats are billed by the published rule. What models that think are billed differs from it by a token or so.
    let hasPublishedRule: Bool

    /// The tokenizer is the estimate where a model's own cannot be had.
    init(_ model: String, _ facts: ModelFacts, _ files: FileTokenizers) {
        let name = facts.tokenizer ?? ModelTokenizers.tokenizer(for: model)
        let file = files[name]
        tokenizer = file.map { TokenizerSource(of: $0) } ?? TokenizerSource.named(name)
        isWithinBytes = file?.isWithinBytes ?? true
        images = ImageTokens(model: model)
        // What other models' templates add to messages is not known here.
        hasPublishedRule = files[name] == nil && !ThinkingModels.contains(model)
    }
}

/// The rules of models, each found once: names are compared with many beginnings of names.
final class ModelRules: Sendable {
    private let models: ModelTable
    private let files: FileTokenizers
    private let known = Mutex<[String: ModelRule]>([:])

    /// Clients choose the names.
    private static let most = 1_024

    init(_ models: ModelTable, _ files: FileTokenizers) {
        self.models = models
        self.files = files
    }

    func rule(for model: String) -> ModelRule {
        known.withLock { known in
            if let rule = known[model] { return rule }
            let rule = ModelRule(model, models.facts(for: model), files)
            if known.count >= Self.most { known.removeAll(keepingCapacity: true) }
            known[model] = rule
            return rule
        }
    }
}
