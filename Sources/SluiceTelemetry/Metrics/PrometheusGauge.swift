public import CoreMetrics

/// A number that goes up and down: a Prometheus gauge, and the meter and gauge of swift-metrics.
public final class PrometheusGauge: MeterHandler, RecorderHandler, Sendable {
    private let number = AtomicDouble()

    init() {}

    /// The present value.
    public var value: Double { number.value }

    /// Sets the value.
    public func set(_ value: Int64) {
        number.store(Double(value))
    }

    /// Sets the value.
    public func set(_ value: Double) {
        number.store(value)
    }

    /// Adds an amount.
    public func increment(by amount: Double) {
        number.add(amount)
    }

    /// Takes an amount away.
    public func decrement(by amount: Double) {
        number.add(-amount)
    }

    /// Sets the value; swift-metrics' gauges are recorders that do not aggregate.
    public func record(_ value: Int64) {
        set(value)
    }

    /// Sets the value; swift-metrics' gauges are recorders that do not aggregate.
    public func record(_ value: Double) {
        set(value)
    }
}
