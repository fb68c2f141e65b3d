internal import CoreMetrics
internal import Logging
internal import SluiceCore
internal import SluiceServer
internal import SluiceTelemetry
internal import SluiceUpstream
internal import Synchronization

/// Log and metrics of a process.
final class Telemetry: Sendable {
    let logger: Logger
    let registry: MetricsRegistry
    let records: any RecordSink
    let upstream = UpstreamStatistics()
    private let sink: LogSink
    private let metrics: RequestMetrics

    /// swift-metrics takes one backend per process: all proxies of a process share it.
    private static let shared: MetricsRegistry = {
        let registry = MetricsRegistry()
        MetricsSystem.bootstrap(registry)
        return registry
    }()

    /// Makes swift-metrics lead here. Call it before any part of a user is made: a metric that is older than the backend counts nothing.
    static func prepare() {
        _ = shared
    }

    init(_ settings: LogSettings) {
        let sink = LogSink(format: settings.format)
        self.sink = sink
        registry = Self.shared
        metrics = RequestMetrics(registry: registry, log: sink)
        logger = Logger(label: "sluice") { label in
            LineLogHandler(
                label: label, sink: sink, format: settings.format, level: settings.level)
        }
        let access: [any RecordSink] =
            settings.access ? [AccessLog(sink: sink, format: settings.format)] : []
        records = RecordSinks(access + [metrics])
    }

    /// Shows the server's connections and the upstream pools.
    func show(_ server: Server) {
        let (open, sentAway) = (metrics.openConnections, metrics.connectionsSentAway)
        registry.addCollector {
            open.set(Int64(server.connections))
            sentAway.mirror(Double(server.connectionsSentAway))
        }
        if server.addresses.contains(where: \.hasTLS) {
            metrics.showHandshakes {
                let counts = server.handshakes
                return HandshakeState(
                    completed: [
                        .init(version: "1.2", resumed: false, count: counts.completed12),
                        .init(version: "1.2", resumed: true, count: counts.resumed12),
                        .init(version: "1.3", resumed: false, count: counts.completed13),
                        .init(version: "1.3", resumed: true, count: counts.resumed13),
                    ],
                    failed: [
                        "protocol": counts.failed, "client_closed": counts.left,
                        "timeout": counts.timedOut, "plain_http": counts.plain,
                    ])
            }
        }
        let upstream = upstream
        metrics.showPools {
            UpstreamPoolState(
                idle: upstream.idle, inUse: upstream.inUse, dialled: upstream.dialled,
                reused: upstream.reused)
        }
    }

    /// Shows when certificates end.
    func showCertificates(_ tls: TLSContext?) {
        metrics.showCertificates(
            (tls?.certificates ?? []).map {
                CertificateState(name: $0.names.first ?? "", file: $0.file, ends: $0.ends)
            })
    }

    /// Tells of requests that no store of limits hears of any more.
    func noteDroppedSettlements(_ count: Int) {
        metrics.settlementsDropped.increment(by: Double(count))
        logger.warning(
            "limits do not count what some requests used",
            metadata: [
                "reason": "Redis could not be told in time", "requests": .stringConvertible(count),
            ])
    }

    /// Tells that Redis answers, or why it does not.
    func noteRedis(at address: String, failsOpen: Bool, reason: String?) {
        metrics.redis.isUp.set(Int64(reason == nil ? 1 : 0))
        guard let reason else {
            logger.info("Redis counts limits", metadata: ["address": .string(address)])
            return
        }
        logger.warning(
            "Redis does not count limits",
            metadata: [
                "address": .string(address), "reason": .string(reason),
                "requests": failsOpen ? "go on uncounted" : "are refused with 503",
            ])
    }

    func noteRedisFailure(isUncounted: Bool) {
        metrics.redis.errors.increment()
        if isUncounted { metrics.redis.uncounted.increment() }
    }

    func noteReload(accepted: Bool) { metrics.reloaded(accepted: accepted) }

    func flush(within limit: Duration) {
        _ = sink.flush(timeout: limit)
    }
}
