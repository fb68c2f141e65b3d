/// The `[[models]]` of a configuration. One entry, the best, tells all about a model: its own name, or else the longest pattern that fits.
/// Entries for one provider come before the others there, and these tell what they leave out.
public final class ModelTable: Sendable {
    /// A name, or a pattern that ends in `*`, with what it tells.
    public typealias Entry = (name: String, facts: ModelFacts)

    /// Those for all providers, in the order of the file.
    public let entries: [Entry]
    /// By the name of the provider that they are for.
    private let providers: [String: ModelTable]
    private let exact: [String: ModelFacts]
    /// The longest first.
    private let patterns: [(beginning: String, facts: ModelFacts)]

    /// A table of these entries. Of entries with the same name the first counts.
    ///
    /// - Parameter providers: further entries, by the provider that they are for.
    public init(_ entries: [Entry] = [], providers: [String: [Entry]] = [:]) {
        self.entries = entries
        self.providers = providers.mapValues { ModelTable($0) }
        exact = Dictionary(
            entries.filter { !$0.name.hasSuffix("*") }, uniquingKeysWith: { first, _ in first })
        patterns = entries.filter { $0.name.hasSuffix("*") }
            .map { (String($0.name.dropLast()), $0.facts) }
            .sorted { $0.beginning.utf8.count > $1.beginning.utf8.count }
    }

    /// Whether it matters who answers.
    public var differsByProvider: Bool { !providers.isEmpty }

    /// Whether a model has a price.
    var havePrices: Bool {
        entries.contains { $0.facts.prices != nil } || providers.values.contains { $0.havePrices }
    }

    /// What is known of a model.
    ///
    /// - Parameter provider: who answers; nil where that makes no difference, or is not known.
    public func facts(for model: String, provider: String? = nil) -> ModelFacts {
        let general = found(model) ?? ModelFacts()
        guard let provider, let own = providers[provider]?.found(model) else { return general }
        return own.completed(by: general)
    }

    private func found(_ model: String) -> ModelFacts? {
        if !exact.isEmpty, let facts = exact[model] { return facts }
        return patterns.first { model.hasPrefix($0.beginning) }?.facts
    }
}

extension ModelFacts {
    fileprivate func completed(by other: ModelFacts) -> ModelFacts {
        var facts = ModelFacts(
            tokenizer: tokenizer ?? other.tokenizer,
            contextWindow: contextWindow ?? other.contextWindow,
            maximumCompletion: maximumCompletion ?? other.maximumCompletion)
        facts.statedPrices = statedPrices.completed(by: other.statedPrices)
        return facts
    }
}
