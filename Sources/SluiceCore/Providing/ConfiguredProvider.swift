public import SluiceConfig
public import SluiceWire
internal import Synchronization

/// One `[[providers]]` section: a dialect with its addresses, credentials, models and limits.
public final class ConfiguredProvider: Sendable {
    /// In logs, metrics and `default_provider`; unique in a configuration.
    public let name: String
    /// Writes its requests.
    public let dialect: any Provider
    /// Where it is; nil for a dialect without upstream.
    public let urls: (any URLProvider)?
    /// Its credentials; nil when it needs none.
    public let tokens: (any TokenProvider)?
    /// Names, and patterns that end in `*`. Nil: whatever no other provider names.
    public let models: [String]?
    /// How long it may take.
    public let timeouts: UpstreamTimeouts
    package let limits: UpstreamLimits
    /// How connections to it are made.
    public let connection: UpstreamConnectionOptions
    /// The client's header fields that go on to this provider.
    public let headerPolicy: HeaderPolicy
    /// The largest number of exchanges under way at once.
    public let maximumInFlight: Int
    /// What it gets beside a credential and must not come back in its errors, such as secret header fields.
    public let secrets: [Secret]
    /// Asked once: what never changes need not be waited for.
    let fixedURL: UpstreamURL?
    let fixedCredential: Credential?
    /// Whether address and credential are known without asking for them.
    let needsNoAsking: Bool
    private let inFlight = Atomic<Int>(0)

    /// A provider of these parts; `proxy.conf` has a key for each of them.
    public init(
        name: String, dialect: any Provider, urls: (any URLProvider)? = nil,
        tokens: (any TokenProvider)? = nil, models: [String]? = nil,
        timeouts: UpstreamTimeouts = UpstreamTimeouts(),
        connection: UpstreamConnectionOptions = UpstreamConnectionOptions(),
        headerPolicy: HeaderPolicy = .towardsProvider(), maximumInFlight: Int = .max,
        secrets: [Secret] = []
    ) {
        self.name = name
        self.dialect = dialect
        self.urls = urls
        self.tokens = tokens
        self.models = models
        self.timeouts = timeouts
        limits = UpstreamLimits(timeouts)
        self.connection = connection
        self.headerPolicy = headerPolicy
        self.maximumInFlight = maximumInFlight
        self.secrets = secrets
        fixedURL = urls?.fixedURL
        fixedCredential = tokens?.fixedCredential
        needsNoAsking =
            (urls == nil || fixedURL != nil) && (tokens == nil || fixedCredential != nil)
    }

    /// How many addresses there are to try.
    var addressCount: Int {
        fixedURL == nil ? urls?.count ?? 1 : 1
    }

    /// Takes a place among the exchanges under way; false when there is none.
    func enter() -> Bool {
        let (_, now) = inFlight.add(1, ordering: .relaxed)
        if now <= maximumInFlight { return true }
        inFlight.subtract(1, ordering: .relaxed)
        return false
    }

    func leave() {
        inFlight.subtract(1, ordering: .relaxed)
    }
}

/// How long one provider may take; nil turns a limit off.
public struct UpstreamTimeouts: Sendable {
    /// From the look-up of the name to the end of the TLS handshake.
    public var connect: Duration? = .seconds(5)
    /// From the request's last byte to the answer's first.
    public var firstByte: Duration? = .seconds(300)
    /// Between two reads of an answer, while this proxy is willing to read.
    public var streamIdle: Duration? = .seconds(120)
    /// For an exchange in all, over all attempts.
    public var total: Duration? = nil

    /// The defaults.
    public init() {}
}

/// The limits of one exchange in nanoseconds of a loop's clock: worked out once and not for each request.
package struct UpstreamLimits: Sendable {
    package let connect: UInt64?
    package let firstByte: UInt64?
    package let streamIdle: UInt64?

    package init(_ timeouts: UpstreamTimeouts) {
        connect = timeouts.connect?.nanoseconds
        firstByte = timeouts.firstByte?.nanoseconds
        streamIdle = timeouts.streamIdle?.nanoseconds
    }
}

/// How connections to one provider are made.
public struct UpstreamConnectionOptions: Sendable, Hashable {
    /// Whom to trust and what certificate to show; nil for the system's authorities and none.
    public var trust: UpstreamTrust?
    /// An `http://`, `https://` or `socks5h://` proxy. Proxies in the environment are not used.
    public var proxy: String?
    /// How long an unused connection is kept.
    public var idleTimeout: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}
