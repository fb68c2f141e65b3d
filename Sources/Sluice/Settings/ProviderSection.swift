internal import SluiceConfig
internal import SluiceCore
internal import SluiceProviders
internal import SluiceServer
internal import SluiceWire

/// One `[[providers]]` section.
struct ProviderSection {
    let provider: ConfiguredProvider
    /// Set where the provider can be asked what models it has.
    let listing: ProviderListing?
    /// Whether requests are paid for by the client's own key.
    let passesClientKey: Bool
    /// Where it is and with what it is asked, for people; nil without an upstream. It shows no secret.
    let upstream: String?

    init(_ section: Section, registry: Registry, defaults: UpstreamTimeouts) throws {
        let (dialect, defaultURL) = try registry.makeProvider(section)
        let name = try section.string("name", default: section.string("type"))
        let models = try section.modelNames("models")
        var timeouts = defaults
        try timeouts.read(section)
        let token = try section.source("token")
        if case .client = token { passesClientKey = true } else { passesClientKey = false }
        upstream = dialect.needsUpstream ? try Self.summary(section, defaultURL, token) : nil
        provider = ConfiguredProvider(
            name: name, dialect: dialect,
            urls: dialect.needsUpstream ? try Self.urls(section, defaultURL) : nil,
            tokens: try token.map {
                try TokenProviders.make(from: $0, section: section)
            },
            models: models, timeouts: timeouts, connection: try Self.connection(section),
            headerPolicy: .towardsProvider(extra: try Self.forwardedHeaders(section)),
            maximumInFlight: try section.int("max_in_flight", default: .max, in: 1 ... .max),
            secrets: section.secrets(in: "headers"))
        let isOpen = models?.contains { $0.hasSuffix("*") } ?? true
        let lists = try section.bool("list_models", default: isOpen)
        listing = lists && dialect.needsUpstream ? ProviderListing(provider) : nil
    }

    private static func urls(_ section: Section, _ defaultURL: String?) throws -> any URLProvider {
        if let source = try section.source("url") {
            return try URLProviders.make(from: source, section: section)
        }
        guard let defaultURL else {
            throw section.error("'url' is missing: this type has no usual address", key: "url")
        }
        return try URLProviders.fixed(defaultURL)
    }

    private static func connection(_ section: Section) throws -> UpstreamConnectionOptions {
        var options = UpstreamConnectionOptions()
        options.trust = try UpstreamTrust(section)
        options.proxy = try section.optionalString("proxy")
        options.idleTimeout = try section.duration("idle_timeout", default: options.idleTimeout)
        return options
    }

    /// Names that would carry the client's identity or our framing to the provider cannot be let through.
    private static func forwardedHeaders(_ section: Section) throws -> [String] {
        let names = try section.strings("forward_headers", default: []).map { $0.lowercased() }
        let barred: Set = [
            "authorization", "cookie", "host", "content-length", "transfer-encoding", "api-key",
            "x-api-key", "proxy-authorization", "*",
        ]
        if let name = names.first(where: barred.contains) {
            throw section.error("'\(name)' is never forwarded", key: "forward_headers")
        }
        return names
    }
}
