internal import Logging
internal import SluiceCore
internal import SluiceJSON
internal import SluiceWire
internal import Synchronization

/// A provider that can be asked what models it has.
struct ProviderListing: Sendable {
    let provider: ConfiguredProvider

    init(_ provider: ConfiguredProvider) {
        self.provider = provider
    }

    private static let timeout = Duration.seconds(5)
    private static let limit = 8 << 20

    /// Asks the provider.
    ///
    /// - Returns: nil where there is nothing to ask.
    func fetch(_ context: ExchangeContext) async throws -> [String]? {
        let probe = ProxyRequest(
            endpoint: .other("models"), method: .get, path: "/models", model: nil, body: .none)
        guard let urls = provider.urls else { return nil }
        let base = try await urls.url(for: probe, attempt: 0, context: context)
        let credential = try await provider.tokens?.credential(for: probe.headers, context: context)
        guard let request = provider.dialect.modelList(base: base, credential: credential) else {
            return nil
        }
        let answer = try await context.fetcher.fetch(
            request, limit: Self.limit, timeout: Self.timeout)
        // An error page with status 200 is not an empty list.
        guard answer.status == 200, (try? JSONDocument(parsing: answer.body)) != nil else {
            throw ProxyError.badAnswer("status \(answer.status) instead of a list of models")
        }
        return provider.dialect.models(in: answer.body)
    }
}

/// The models of all providers: those in the configuration, and those that providers listed, cached.
final class ModelDirectory: ModelCatalog {
    struct Entry: Sendable {
        let id: String
        let owner: String
    }

    typealias Instant = ContinuousClock.Instant

    private struct Listed {
        var names: [String: [String]] = [:]
        var sets: [String: Set<String>] = [:]
        /// When each provider is to be asked anew; those that are not in it were not asked yet.
        var dueAt: [String: Instant] = [:]
        var beingAsked: Set<String> = []

        func isDue(_ provider: String, _ now: Instant) -> Bool {
            !beingAsked.contains(provider) && dueAt[provider].map { $0 <= now } ?? true
        }
    }

    /// A provider that starts later than the proxy is not to be unknown for the whole interval.
    private static let retryInterval = Duration.seconds(5)

    private let listings: [ProviderListing]
    private let refreshInterval: Duration
    private let now: @Sendable () -> Instant
    private let ask: @Sendable (ModelDirectory) -> Void
    private let listed = Mutex(Listed())

    /// - Parameters:
    ///   - now: the time.
    ///   - ask: has ``refresh(_:)`` called, by and by.
    init(
        _ listings: [ProviderListing], refreshInterval: Duration,
        now: @escaping @Sendable () -> Instant = { .now },
        ask: @escaping @Sendable (ModelDirectory) -> Void = { _ in }
    ) {
        self.listings = listings
        self.refreshInterval = refreshInterval
        self.now = now
        self.ask = ask
    }

    /// Begins with what another directory knows of the same providers: after a reload, models must not be routed as if nobody listed them
    /// until the providers have been asked anew.
    func inherit(_ other: ModelDirectory) {
        let own = Set(listings.map(\.provider.name))
        let (names, sets) = other.listed.withLock { ($0.names, $0.sets) }
        listed.withLock { listed in
            listed.names = names.filter { own.contains($0.key) }
            listed.sets = sets.filter { own.contains($0.key) }
        }
    }

    func lists(_ model: String, provider: String) -> Bool {
        listed.withLock { $0.sets[provider]?.contains(model) ?? false }
    }

    /// The request goes where it would anyway; the next one may find a list.
    func missed(_ model: String) {
        let isDue = listed.withLock { listed in
            let now = now()
            return listings.contains { listed.isDue($0.provider.name, now) }
        }
        if isDue { learn() }
    }

    /// Has the providers asked without anybody waiting for it.
    func learn() {
        ask(self)
    }

    /// Asks those providers anew whose list is older than the interval, or that failed a while ago: all at a time, each by one asker.
    func refresh(_ context: ExchangeContext) async {
        let due = listed.withLock { listed in
            let now = now()
            let due = listings.filter { listed.isDue($0.provider.name, now) }
            for listing in due { listed.beingAsked.insert(listing.provider.name) }
            return due
        }
        await withTaskGroup(of: Void.self) { group in
            for listing in due {
                group.addTask { await self.refresh(listing, context) }
            }
        }
    }

    private func refresh(_ listing: ProviderListing, _ context: ExchangeContext) async {
        let name = listing.provider.name
        do {
            let names = try await listing.fetch(context)
            listed.withLock { listed in
                listed.beingAsked.remove(name)
                listed.dueAt[name] = now() + refreshInterval
                listed.names[name] = names
                listed.sets[name] = names.map { Set($0) }
            }
        } catch {
            // A provider that does not answer keeps what it listed before.
            listed.withLock { listed in
                listed.beingAsked.remove(name)
                listed.dueAt[name] = now() + min(Self.retryInterval, refreshInterval)
            }
            context.logger.warning(
                "a provider did not list its models",
                metadata: ["provider": .string(name), "error": "\(error)"])
        }
    }

    /// All models, each once, in the order of the file.
    func entries(_ providers: [ConfiguredProvider]) -> [Entry] {
        let names = listed.withLock { $0.names }
        var seen: Set<String> = []
        var entries: [Entry] = []
        for provider in providers {
            let own = (provider.models ?? []).filter { !$0.hasSuffix("*") }
            let found = (names[provider.name] ?? []).filter { provider.accepts($0) }
            let fixed = provider.dialect.needsUpstream || !own.isEmpty ? [] : [provider.name]
            for id in own + found + fixed where seen.insert(id).inserted {
                entries.append(Entry(id: id, owner: provider.name))
            }
        }
        return entries
    }
}

extension ConfiguredProvider {
    /// Whether a listed model is one this provider is to serve.
    fileprivate func accepts(_ model: String) -> Bool {
        guard let models else { return true }
        return models.contains { pattern in
            pattern.hasSuffix("*") ? model.hasPrefix(pattern.dropLast()) : pattern == model
        }
    }
}
