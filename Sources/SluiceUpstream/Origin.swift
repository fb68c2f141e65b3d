internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// Where connections lead, and what must be alike for one to be used again.
struct OriginKey: Hashable {
    let scheme: UpstreamURL.Scheme
    let host: String
    let port: Int
    let options: UpstreamConnectionOptions

    /// libcurl's URL: scheme and authority only, since it is asked for nothing but the connection.
    var url: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(scheme.rawValue)://\(name):\(port)/"
    }

    /// Whether TLS lies between us and the socket, so that libcurl must keep it.
    var isWrapped: Bool {
        scheme == .https || options.proxy?.lowercased().hasPrefix("https://") == true
    }
}

/// One upstream address with its idle connections, the last used on top: it is the least likely to be closed meanwhile.
final class Origin: ConnectionUser {
    let key: OriginKey
    /// The `host` field as it goes out with each request.
    let hostLine: [UInt8]
    let poller: Poller
    private let dialer: Dialer
    let statistics: UpstreamStatistics
    private let idleTimeout: UInt64
    private var idle: [UpstreamConnection] = []

    /// More are closed instead of kept.
    static let maximumIdle = 512

    init(
        _ key: OriginKey, authority: String, poller: Poller, dialer: Dialer,
        statistics: UpstreamStatistics
    ) {
        self.key = key
        self.poller = poller
        self.dialer = dialer
        self.statistics = statistics
        idleTimeout = key.options.idleTimeout.nanoseconds
        var line: [UInt8] = []
        MessageWriter.field(name: "host", value: authority, into: &line)
        hostLine = line
    }

    /// Begins to connect, as ``Dialer/dial(_:timeout:observer:)`` does.
    func dial(timeout: UInt64?, observer: any DialObserver) -> Dial {
        dialer.dial(key, timeout: timeout, observer: observer)
    }

    /// An idle connection that the peer has not closed, as far as can be known.
    func takeIdle() -> UpstreamConnection? {
        while let connection = idle.popLast() {
            if connection.isUsable() {
                // Its alarm stays set: the transfer moves it before the loop has another turn.
                connection.user = nil
                connection.isReused = true
                statistics.reusedOne()
                return connection
            }
            discard(connection)
        }
        return nil
    }

    /// Takes a connection back for the next exchange, or closes it.
    func keep(_ connection: UpstreamConnection) {
        guard idle.count < Self.maximumIdle, !connection.mayRead || connection.isQuiet() else {
            drop(connection, reset: false)
            return
        }
        statistics.keptOne()
        connection.user = self
        connection.noteIdle()
        connection.alarm.set(after: idleTimeout)
        idle.append(connection)
    }

    /// Closes a connection that carries an exchange.
    func drop(_ connection: UpstreamConnection, reset: Bool) {
        statistics.closedOne(wasIdle: false)
        connection.close(reset: reset)
    }

    func closeIdle() {
        while let connection = idle.popLast() { discard(connection) }
    }

    func connectionIsReady(_ connection: UpstreamConnection) {
        guard connection.mayRead, !connection.isQuiet() else { return }
        remove(connection)
    }

    func connectionRang(_ connection: UpstreamConnection) {
        remove(connection)
    }

    private func remove(_ connection: UpstreamConnection) {
        guard let index = idle.firstIndex(where: { $0 === connection }) else { return }
        idle.remove(at: index)
        discard(connection)
    }

    private func discard(_ connection: UpstreamConnection) {
        statistics.closedOne(wasIdle: true)
        connection.close(reset: false)
    }
}
