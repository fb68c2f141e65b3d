internal import SluiceConfig
internal import SluiceCore
internal import SluiceTokens

/// One `[[models]]` section.
struct ModelSection {
    /// A model's name, or the beginning of names with a `*` behind it.
    let name: String
    /// The provider for whose answers it holds; nil: for all.
    let provider: String?
    let facts: ModelFacts

    /// Larger windows do not exist, and sums of what is smaller do not overflow.
    private static let mostTokens = 1 << 40
    private static let anyPrice = 0.0...1_000_000.0

    /// - Parameter files: gets the tokenizer that the section names by its file.
    init(_ section: Section, _ files: inout TokenizerFiles) throws {
        name = try section.string("name")
        if name.dropLast().contains("*") {
            throw section.error("may have a '*' at its end only", key: "name")
        }
        provider = try section.optionalString("provider")
        var facts = ModelFacts(
            tokenizer: try Self.tokenizer(section, &files),
            contextWindow: try section.optionalInt("context_window", in: 1...Self.mostTokens),
            maximumCompletion: try section.optionalInt(
                "max_completion_tokens", in: 1...Self.mostTokens))
        facts.statedPrices = try Self.prices(section)
        self.facts = facts
        if provider != nil, facts.tokenizer != nil {
            throw section.error(
                "a model has the same one everywhere: say it in a section without 'provider'",
                key: "tokenizer")
        }
    }

    private static func tokenizer(
        _ section: Section, _ files: inout TokenizerFiles
    ) throws -> String? {
        if section.hasTable("tokenizer"), let file = try section.section("tokenizer") {
            return try files.read(file)
        }
        let expected = "a string or { file = … }"
        guard let name = try section.optionalString("tokenizer", expected: expected) else {
            return nil
        }
        // To ask for it would unpack its vocabulary.
        guard Tokenizers.names.contains(name) else {
            let error = TokenizerError.unknownName(name, known: Tokenizers.names)
            let isFile = name.contains("/") || name.hasSuffix(".json") || name.hasSuffix(".model")
            throw section.error(
                "\(error)", key: "tokenizer",
                suggestion: isFile ? "a file is named so: { file = \"\(name)\" }" : nil)
        }
        return name
    }

    private static func prices(_ section: Section) throws -> StatedPrices {
        let input = try section.optionalDouble("input_price", in: anyPrice)
        let cached = try section.optionalDouble("cached_input_price", in: anyPrice)
        let output = try section.optionalDouble("output_price", in: anyPrice)
        guard input != nil || cached != nil || output != nil else {
            return StatedPrices()
        }
        guard input != nil else {
            throw section.error("is missing beside another price", key: "input_price")
        }
        return StatedPrices(input: input, cachedInput: cached, output: output)
    }
}

extension ModelSection {
    /// For people.
    var summary: String {
        let details = [
            provider == nil ? facts.tokenizer ?? ModelTokenizers.tokenizer(for: name) : nil,
            facts.contextWindow.map { "window \($0)" },
            facts.maximumCompletion.map { "completions up to \($0)" },
            facts.prices.map(priceSummary),
        ]
        let place = provider.map { " at \($0)" } ?? ""
        return "\(name)\(place): " + details.compactMap { $0 }.joined(separator: "; ")
    }

    private func priceSummary(_ prices: TokenPrices) -> String {
        let stated = facts.statedPrices
        guard provider != nil else {
            let output = stated.output.map { "output \($0) per million" } ?? "output free"
            return "\(prices.input), cached \(prices.cachedInput), \(output)"
        }
        let parts = [
            "\(prices.input)", stated.cachedInput.map { "cached \($0)" },
            stated.output.map { "output \($0)" },
        ].compactMap { $0 }
        let rest = parts.count < 3 ? ", the rest as elsewhere" : ""
        return parts.joined(separator: ", ") + " per million" + rest
    }
}
