public import CoreMetrics

/// The swift-metrics backend. Names and dimensions are made legal; counters get `_total`, timers `_seconds`.
extension MetricsRegistry: MetricsFactory {
    /// A counter named `label` with `_total`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(name(label, "_total"), labels: dimensions)
    }

    /// A counter named `label` with `_total`.
    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)])
        -> any FloatingPointCounterHandler
    {
        counter(name(label, "_total"), labels: dimensions)
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, labels: dimensions)
    }

    /// A histogram, or a gauge when nothing is to be aggregated.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool)
        -> any RecorderHandler
    {
        if aggregate { return histogram(label, labels: dimensions) }
        return gauge(label, labels: dimensions)
    }

    /// A histogram in seconds, named `label` with `_seconds`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(name(label, "_seconds"), labels: dimensions)
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) {
        remove(ObjectIdentifier(handler))
    }

    /// Forgets a counter.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        remove(ObjectIdentifier(handler))
    }

    /// Forgets a gauge.
    public func destroyMeter(_ handler: any MeterHandler) {
        remove(ObjectIdentifier(handler))
    }

    /// Forgets a histogram or gauge.
    public func destroyRecorder(_ handler: any RecorderHandler) {
        remove(ObjectIdentifier(handler))
    }

    /// Forgets a histogram.
    public func destroyTimer(_ handler: any TimerHandler) {
        remove(ObjectIdentifier(handler))
    }

    private func name(_ label: String, _ suffix: String) -> String {
        label.hasSuffix(suffix) ? label : label + suffix
    }
}
