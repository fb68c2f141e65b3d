internal import SluiceConfig
internal import SluiceRedis

/// The `[redis]` section: where limits are counted that several processes hold together.
struct RedisSettings: Equatable {
    let url: String
    let timeout: Duration
    let prefix: String
    /// Whether requests go on uncounted while it cannot be asked.
    let failsOpen: Bool

    /// Requests wait so long while it does not answer.
    private static let longestTimeout = Duration.seconds(60)

    private enum Failure: String, CaseIterable, Sendable { case open, closed }

    init(_ section: Section) throws {
        url = try section.string("url")
        guard RedisAddress(url) != nil else {
            throw section.error(
                "is none of redis://[user][:password]@host[:port][/database] and unix:/path",
                key: "url")
        }
        timeout = try section.duration("timeout", default: .milliseconds(500))
        guard timeout <= Self.longestTimeout else {
            throw section.error("must be at most \"1m\"", key: "timeout")
        }
        prefix = try section.optionalFilledString("prefix") ?? "sluice"
        failsOpen = try section.choice("on_failure", default: Failure.closed) == .open
    }

    /// For people, without user and password.
    var summary: String {
        let address = RedisAddress(url).map { "\($0)" } ?? ""
        let failure =
            failsOpen ? "requests go on uncounted without it" : "requests are refused without it"
        return "\(address), keys begin with \(prefix); \(failure)"
    }
}
