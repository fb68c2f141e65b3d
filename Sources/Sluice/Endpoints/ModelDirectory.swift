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

    /// Asks the provider; nil when it does not list models or does not answer.
    func fetch(_ context: ExchangeContext) async -> [String]? {
        let probe = ProxyRequest(
            endpoint: .other("models"), method: .get, path: "/models", model: nil, body: .none)
        do {
            guard let urls = provider.urls else { return nil }
            let base = try await urls.url(for: probe, attempt: 0, context: context)
            let credential = try await provider.tokens?.credential(
                for: probe.headers, context: context)
            guard let request = provider.dialect.modelList(base: base, credential: credential)
            else {
                return nil
            }
            let answer = try await context.fetcher.fetch(
                request, limit: Self.limit, timeout: Self.timeout)
            // An error page with status 200 is not an empty list.
            guard answer.status == 200, (try? JSONDocument(parsing: answer.body)) != nil else {
                throw ProxyError.badAnswer("status \(answer.status) instead of a list of models")
            }
            return provider.dialect.models(in: answer.body)
        } catch {
            context.logger.warning(
                "a provider did not list its models",
                metadata: ["provider": .string(provider.name), "error": "\(error)"])
            return nil
        }
    }
}

/// The models of all providers: those in the configuration, and those that providers listed, cached.
final class ModelDirectory: ModelCatalog {
    struct Entry: Sendable {
        let id: String
        let owner: String
    }

    private struct Listed {
        var names: [String: [String]] = [:]
        var sets: [String: Set<String>] = [:]
        var refreshedAt: ContinuousClock.Instant?
        var isRefreshing = false
    }

    private let listings: [ProviderListing]
    private let refreshInterval: Duration
    private let listed = Mutex(Listed())

    init(_ listings: [ProviderListing], refreshInterval: Duration) {
        self.listings = listings
        self.refreshInterval = refreshInterval
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

    /// Asks the providers anew when what is known is older than the interval; one asker at a time.
    func refresh(_ context: ExchangeContext) async {
        let isMine = listed.withLock { listed in
            let age = listed.refreshedAt.map { $0.duration(to: .now) }
            guard !listed.isRefreshing, age.map({ $0 >= refreshInterval }) ?? true else {
                return false
            }
            listed.isRefreshing = true
            return true
        }
        guard isMine else { return }
        for listing in listings {
            let names = await listing.fetch(context)
            listed.withLock { listed in
                // A provider that does not answer keeps what it listed before.
                guard let names else { return }
                listed.names[listing.provider.name] = names
                listed.sets[listing.provider.name] = Set(names)
            }
        }
        listed.withLock { listed in
            listed.refreshedAt = .now
            listed.isRefreshing = false
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
