internal import SluiceCore

/// The upstream connections of one loop, by where they lead.
final class ConnectionPool {
    private let statistics: UpstreamStatistics
    private var origins: [OriginKey: Origin] = [:]
    private var latest: Origin?

    init(statistics: UpstreamStatistics) {
        self.statistics = statistics
    }

    func origin(_ url: UpstreamURL, _ options: UpstreamConnectionOptions) -> Origin {
        let key = OriginKey(
            scheme: url.scheme, host: url.host, port: url.port, options: options)
        // Most deployments have one upstream that is asked most of the time: no hash for it.
        if let latest, latest.key == key { return latest }
        let origin =
            origins[key] ?? Origin(key, authority: url.authority, statistics: statistics)
        origins[key] = origin
        latest = origin
        return origin
    }

    func closeIdle() {
        for origin in origins.values { origin.closeIdle() }
    }
}
