public import SluiceCore
internal import Synchronization

/// Counts and times requests, and shows the state of connections, process and log.
///
/// Exchanges with a provider are observed under the names of OpenTelemetry's conventions for generative AI
/// (``OperationMetrics``); what those do not know is named `sluice_…`. Requests that reached no provider, such as those
/// for a model that nobody serves, are only counted: clients cannot make series by asking for nonsense.
public final class RequestMetrics: RecordSink {
    private struct RequestKey: Hashable {
        var route: String
        var status: Int
        var outcome: String
    }

    /// Where requests of one kind are counted.
    private struct Recent {
        let counter: PrometheusCounter
        let metrics: OperationMetrics
        /// Counts failures of the provider; nil for requests that did not end in one.
        let failures: PrometheusCounter?

        func observe(_ record: AccessRecord) {
            counter.increment()
            metrics.observe(record)
            failures?.increment()
        }
    }

    private struct Handles {
        var recent = RecentLabels<Recent>()
        var operations: [OperationMetrics.Key: OperationMetrics] = [:]
        var requests: [RequestKey: PrometheusCounter] = [:]
        var upstreamErrors: [[String]: PrometheusCounter] = [:]
    }

    /// The name of `Outcome.failed`, which has no value without an error.
    private static let upstreamError = "upstream_error"

    /// Connections that clients hold open; the server sets it.
    public let openConnections: PrometheusGauge
    /// Connections that were closed unserved for want of descriptors; the server sets it.
    public let connectionsSentAway: PrometheusCounter

    let registry: MetricsRegistry
    let certificateEnds = Mutex<[PrometheusGauge]>([])
    let acceptedReloads: PrometheusCounter
    let refusedReloads: PrometheusCounter
    /// What requests used and no store of limits was told; whoever gives up counts it.
    public let settlementsDropped: PrometheusCounter
    private let lazyRedis = Mutex<RedisMetrics?>(nil)
    private let inFlight: PrometheusGauge
    private let usageSources: [PrometheusCounter]
    private let handles = Mutex(Handles())
    /// Handles that are kept for reuse; above it they are looked up anew, where the registry folds them.
    private let handleLimit: Int

    /// Registers the metrics.
    ///
    /// - Parameters:
    ///   - registry: where they are shown.
    ///   - log: the sink whose lost lines are shown.
    ///   - handleLimit: how many handles of each kind are kept for reuse.
    public init(
        registry: MetricsRegistry, log: LogSink? = nil,
        handleLimit: Int = MetricsRegistry.defaultLabelSetLimit
    ) {
        self.registry = registry
        self.handleLimit = handleLimit
        inFlight = registry.gauge(
            "sluice_requests_in_flight", help: "Requests that are being answered.")
        openConnections = registry.gauge(
            "sluice_client_connections", help: "Connections that clients hold open.")
        connectionsSentAway = registry.counter(
            "sluice_client_connections_sent_away_total",
            help: "Connections closed unserved because the process was out of descriptors.")
        (acceptedReloads, refusedReloads) = Self.reloads(registry)
        settlementsDropped = registry.counter(
            "sluice_limit_settlements_dropped_total",
            help: "Requests whose usage Redis was not told in time, or of which too many waited.")
        usageSources = [UsageSource.provider, .counted, .estimated].map { source in
            registry.counter(
                "sluice_usage_total",
                help: "Requests whose tokens are known, by where the numbers come from.",
                labels: [("source", source.rawValue)])
        }
        let process = ProcessMetrics(registry)
        registry.addCollector { process.update() }
        guard let log else { return }
        let dropped = registry.counter(
            "sluice_log_lines_dropped_total",
            help: "Log lines lost because the log could not be written.")
        registry.addCollector { dropped.mirror(Double(log.droppedLines)) }
    }

    private static func reloads(
        _ registry: MetricsRegistry
    ) -> (accepted: PrometheusCounter, refused: PrometheusCounter) {
        func counter(_ outcome: String) -> PrometheusCounter {
            registry.counter(
                "sluice_configuration_reloads_total",
                help: "Configurations read again, by whether they were taken over.",
                labels: [("outcome", outcome)])
        }
        return (counter("accepted"), counter("refused"))
    }

    /// Shown from when it is first asked for: without Redis there is nothing to show.
    public var redis: RedisMetrics {
        lazyRedis.withLock { metrics in
            let found = metrics ?? RedisMetrics(registry)
            metrics = found
            return found
        }
    }

    /// Counts a request in.
    public func started() {
        inFlight.increment(by: 1)
    }

    /// Counts a request out and observes it.
    public func finished(_ record: AccessRecord) {
        inFlight.decrement(by: 1)
        countSource(record.usageSource)
        if let limit = record.limit { count(limit) }
        guard let provider = record.provider else {
            requestCounter(record).increment()
            return
        }
        let isKnown = handles.withLock { handles in
            guard let index = handles.recent.index(of: record) else { return false }
            handles.recent[index].observe(record)
            return true
        }
        if !isKnown { observe(record, provider) }
    }

    private func countSource(_ source: UsageSource?) {
        switch source {
        case .provider: usageSources[0].increment()
        case .counted: usageSources[1].increment()
        case .estimated: usageSources[2].increment()
        case nil: break
        }
    }

    private func count(_ limit: LimitName) {
        registry.counter(
            "sluice_limit_refusals_total",
            help: "Requests that a limit refused, and streams that it stopped.",
            labels: [("section", limit.section), ("limit", limit.limit)]
        ).increment()
    }

    /// Counts a failure of a provider. Those that end a request are counted by ``finished(_:)``; call this for those
    /// that another attempt made good.
    ///
    /// - Parameters:
    ///   - provider: its configured name.
    ///   - kind: the code of the error.
    public func upstreamFailed(provider: String, kind: String) {
        upstreamErrors(provider, kind).increment()
    }

    private func upstreamErrors(_ provider: String, _ kind: String) -> PrometheusCounter {
        handles.withLock { handles in
            Self.cached([provider, kind], in: &handles.upstreamErrors, limit: handleLimit) {
                registry.counter(
                    "sluice_upstream_errors_total", help: "Failed exchanges with a provider.",
                    labels: [("provider", provider), ("kind", kind)])
            }
        }
    }

    /// Observes a request unlike the latest ones, and remembers where it did.
    private func observe(_ record: AccessRecord, _ provider: String) {
        let key = OperationMetrics.Key(
            operation: record.operation, provider: provider, model: record.model ?? "",
            errorType: record.errorCode ?? "")
        let hasFailed = record.outcome == Self.upstreamError
        let found = Recent(
            counter: requestCounter(record), metrics: operation(key),
            failures: hasFailed ? upstreamErrors(provider, record.errorCode ?? "_OTHER") : nil)
        handles.withLock { _ = $0.recent.add(found, for: RecordLabels(record)) }
        found.observe(record)
    }

    private func requestCounter(_ record: AccessRecord) -> PrometheusCounter {
        let key = RequestKey(route: record.route, status: record.status, outcome: record.outcome)
        return handles.withLock { handles in
            Self.cached(key, in: &handles.requests, limit: handleLimit) {
                registry.counter(
                    "sluice_requests_total", help: "Requests, by how they ended.",
                    labels: [
                        ("route", key.route), ("status", String(key.status)),
                        ("outcome", key.outcome),
                    ], openLabels: ["route"])
            }
        }
    }

    private func operation(_ key: OperationMetrics.Key) -> OperationMetrics {
        handles.withLock { handles in
            Self.cached(key, in: &handles.operations, limit: handleLimit) {
                OperationMetrics(key, registry)
            }
        }
    }

    private static func cached<Key: Hashable, Handle>(
        _ key: Key, in handles: inout [Key: Handle], limit: Int, make: () -> Handle
    ) -> Handle {
        if let handle = handles[key] { return handle }
        let handle = make()
        if handles.count < limit { handles[key] = handle }
        return handle
    }
}
