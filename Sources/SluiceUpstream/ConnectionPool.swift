internal import SluiceCore
internal import SluiceLoop

/// The upstream connections of one loop, by where they lead.
final class ConnectionPool {
    private let poller: Poller
    private let dialer: Dialer
    private let statistics: UpstreamStatistics
    private var origins: [OriginKey: Origin] = [:]
    /// Most deployments have one upstream that is asked most of the time: no hash for it.
    private var latest: (url: UpstreamURL, options: UpstreamConnectionOptions, origin: Origin)?

    init(poller: Poller, dialer: Dialer, statistics: UpstreamStatistics) {
        self.poller = poller
        self.dialer = dialer
        self.statistics = statistics
    }

    func origin(_ url: UpstreamURL, _ options: UpstreamConnectionOptions) -> Origin {
        if let latest, latest.url == url, latest.options == options {
            // Those of a configuration read anew are equal, and told to be at a glance only when they are the same.
            if latest.options.trust !== options.trust { self.latest?.options = options }
            return latest.origin
        }
        let key = OriginKey(
            scheme: url.scheme, host: url.host, port: url.port, options: options)
        let origin =
            origins[key]
            ?? Origin(
                key, authority: url.authority, poller: poller, dialer: dialer,
                statistics: statistics)
        origins[key] = origin
        latest = (url, options, origin)
        return origin
    }

    func closeIdle() {
        for origin in origins.values { origin.closeIdle() }
    }
}
