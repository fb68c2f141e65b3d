/// The `[[models]]` of a configuration. One entry, the best, tells all about a model: its own name, or else the longest pattern that fits.
public final class ModelTable: Sendable {
    /// Names, and patterns that end in `*`, with what they tell; in the order of the file.
    public let entries: [(name: String, facts: ModelFacts)]
    private let exact: [String: ModelFacts]
    /// The longest first.
    private let patterns: [(beginning: String, facts: ModelFacts)]

    /// A table of these entries. Of entries with the same name the first counts.
    public init(_ entries: [(name: String, facts: ModelFacts)] = []) {
        self.entries = entries
        exact = Dictionary(
            entries.filter { !$0.name.hasSuffix("*") }, uniquingKeysWith: { first, _ in first })
        patterns = entries.filter { $0.name.hasSuffix("*") }
            .map { (String($0.name.dropLast()), $0.facts) }
            .sorted { $0.beginning.utf8.count > $1.beginning.utf8.count }
    }

    /// What is known of a model.
    public func facts(for model: String) -> ModelFacts {
        if !exact.isEmpty, let facts = exact[model] { return facts }
        return patterns.first { model.hasPrefix($0.beginning) }?.facts ?? ModelFacts()
    }
}
