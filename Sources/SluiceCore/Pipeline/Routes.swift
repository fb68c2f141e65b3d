/// Which providers serve a model.
public final class Routes: Sendable {
    /// In the order of the file.
    public let providers: [ConfiguredProvider]
    /// Serves paths that name no model.
    public let defaultProvider: ConfiguredProvider?
    /// Names that providers listed themselves.
    public let catalog: any ModelCatalog

    private let exact: [String: [ConfiguredProvider]]
    private let patterns: [Pattern]
    private let open: [ConfiguredProvider]

    private struct Pattern: Sendable {
        let prefix: String
        /// Most models match one pattern: no list is made for them.
        let alone: [ConfiguredProvider]
    }

    /// Routes to these providers. A single provider is also the default one.
    public init(
        providers: [ConfiguredProvider], defaultProvider: ConfiguredProvider?,
        catalog: any ModelCatalog = NoCatalog()
    ) {
        self.providers = providers
        self.defaultProvider = defaultProvider ?? (providers.count == 1 ? providers.first : nil)
        self.catalog = catalog
        var exact: [String: [ConfiguredProvider]] = [:]
        var patterns: [Pattern] = []
        for provider in providers {
            for model in provider.models ?? [] {
                if model.hasSuffix("*") {
                    patterns.append(Pattern(prefix: String(model.dropLast()), alone: [provider]))
                } else {
                    exact[model, default: []].append(provider)
                }
            }
        }
        self.exact = exact
        self.patterns = patterns
        open = providers.filter { $0.models == nil }
    }

    /// The providers to try for a model, best first: those that name it, those with a matching pattern, those that list it, and those
    /// that take any model.
    ///
    /// - Throws: `model_not_found`.
    public func candidates(for model: String) throws(ProxyError) -> [ConfiguredProvider] {
        if !exact.isEmpty, let named = exact[model] { return named }
        if let matching = matching(model) { return matching }
        // What it lists makes no difference to the only one there is.
        if open.count == 1 { return open }
        let listing = open.filter { catalog.lists(model, provider: $0.name) }
        if !listing.isEmpty { return listing }
        guard !open.isEmpty else { throw .modelNotFound(model) }
        catalog.missed(model)
        return open
    }

    /// Whether a model has a provider. One that any provider without `models` might take counts as served, since not all of them can be
    /// asked what they have.
    func serves(_ model: String) -> Bool {
        !open.isEmpty || exact[model] != nil || matching(model) != nil
    }

    /// The provider of a request that names no model.
    ///
    /// - Throws: a refusal where there is no default provider.
    public func providerWithoutModel(
        for request: ProxyRequest
    ) throws(ProxyError) -> ConfiguredProvider {
        if let defaultProvider { return defaultProvider }
        throw .invalidRequest(
            "\(request.method) \(request.path) names no model, and no default provider is configured.",
            code: "no_default_provider")
    }

    private func matching(_ model: String) -> [ConfiguredProvider]? {
        var found: [ConfiguredProvider]?
        for pattern in patterns where pattern.prefix.isEmpty || model.hasPrefix(pattern.prefix) {
            found = found.map { $0 + pattern.alone } ?? pattern.alone
        }
        return found
    }
}

/// What providers say they serve, as far as it is known now.
public protocol ModelCatalog: Sendable {
    func lists(_ model: String, provider: String) -> Bool
    /// Hears of a model for which lists were looked up and that none of them has. On a loop: it must not take long.
    func missed(_ model: String)
}

extension ModelCatalog {
    public func missed(_ model: String) {}
}

/// Knows no models.
public struct NoCatalog: ModelCatalog {
    /// A catalog without models.
    public init() {}
    public func lists(_ model: String, provider: String) -> Bool { false }
}
