internal import Synchronization

/// All metrics of the process, and their text for Prometheus.
///
/// Ask once for each counter, gauge or histogram, keep it, and use it from any thread. The registry is also a
/// swift-metrics backend: `MetricsSystem.bootstrap(registry)`.
public final class MetricsRegistry: Sendable {
    /// How many label sets a metric has at most before further ones fold into `other`.
    public static let defaultLabelSetLimit = 1_000
    /// How many metrics there are at most; a further one works but is not exposed.
    static let familyLimit = 2_000

    private struct State {
        var families: [String: MetricFamily] = [:]
        var collectors: [@Sendable () -> Void] = []
    }

    private let labelSetLimit: Int
    private let state = Mutex(State())

    /// Makes an empty registry.
    ///
    /// - Parameter labelSetLimit: how many label sets each metric has at most. Clients choose some of the labels, so
    ///   there must be an end to them.
    public init(labelSetLimit: Int = MetricsRegistry.defaultLabelSetLimit) {
        self.labelSetLimit = max(1, labelSetLimit)
    }

    /// The counter with this name and these labels.
    ///
    /// - Parameters:
    ///   - name: the full name, ending in `_total`.
    ///   - help: one sentence; that of the first call for a name is exposed.
    ///   - labels: names and values; one with an empty value is left out.
    ///   - openLabels: the labels that fold when there are too many label sets; nil for all.
    public func counter(
        _ name: String, help: String = "", labels: [(String, String)] = [],
        openLabels: Set<String>? = nil
    ) -> PrometheusCounter {
        let family = family(name, help, .counter, openLabels: openLabels)
        guard case .counter(let counter) = family.series(labels) else { return PrometheusCounter() }
        return counter
    }

    /// The gauge with this name and these labels; see ``counter(_:help:labels:openLabels:)``.
    public func gauge(
        _ name: String, help: String = "", labels: [(String, String)] = [],
        openLabels: Set<String>? = nil
    ) -> PrometheusGauge {
        let family = family(name, help, .gauge, openLabels: openLabels)
        guard case .gauge(let gauge) = family.series(labels) else { return PrometheusGauge() }
        return gauge
    }

    /// The histogram with this name and these labels; see ``counter(_:help:labels:openLabels:)``.
    ///
    /// - Parameter buckets: the upper bounds, rising; those of the first call for a name hold.
    public func histogram(
        _ name: String, help: String = "", labels: [(String, String)] = [],
        buckets: [Double] = HistogramBuckets.general, openLabels: Set<String>? = nil
    ) -> PrometheusHistogram {
        let family = family(name, help, .histogram, bounds: buckets, openLabels: openLabels)
        guard case .histogram(let histogram) = family.series(labels) else {
            return PrometheusHistogram(bounds: buckets)
        }
        return histogram
    }

    /// Has a function run before each exposition, to set what is read rather than counted.
    public func addCollector(_ collector: @escaping @Sendable () -> Void) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// Forgets a series.
    func remove(_ identity: ObjectIdentifier) {
        let families = state.withLock { Array($0.families.values) }
        for family in families { family.remove(identity) }
    }

    /// Runs the collectors and gives all families in the order of their names.
    func collect() -> [MetricFamily] {
        for collector in state.withLock({ $0.collectors }) { collector() }
        return state.withLock { $0.families.values.sorted { $0.name < $1.name } }
    }

    private func family(
        _ name: String, _ help: String, _ kind: MetricFamily.Kind, bounds: [Double] = [],
        openLabels: Set<String>?
    ) -> MetricFamily {
        state.withLock { state in
            var name = MetricName.metric(name)
            // A name has one type (text format 0.0.4): a second kind gets a name of its own.
            if let taken = state.families[name], taken.kind != kind { name += "_\(kind.rawValue)" }
            if let family = state.families[name], family.kind == kind { return family }
            let family = MetricFamily(
                name: name, help: help, kind: kind, bounds: bounds, limit: labelSetLimit,
                openLabels: openLabels)
            if state.families[name] == nil, state.families.count < Self.familyLimit {
                state.families[name] = family
            }
            return family
        }
    }
}
