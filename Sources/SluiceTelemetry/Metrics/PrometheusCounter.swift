public import CoreMetrics

/// A number that only grows: a Prometheus counter, and the counter of swift-metrics.
///
/// Keep the value that the registry gives out; looking it up costs more than counting.
public final class PrometheusCounter: CounterHandler, FloatingPointCounterHandler, Sendable {
    private let number = AtomicDouble()

    init() {}

    /// The count so far. Whole numbers are exact up to 2^53.
    public var value: Double { number.value }

    /// Adds one.
    public func increment() {
        number.add(1)
    }

    /// Adds an amount; a negative one is ignored, since a counter that falls reads as a restart.
    public func increment(by amount: Int64) {
        if amount > 0 { number.add(Double(amount)) }
    }

    /// Adds an amount; a negative one, an infinity or NaN is ignored.
    public func increment(by amount: Double) {
        if amount > 0, amount.isFinite { number.add(amount) }
    }

    /// Starts again at zero.
    public func reset() {
        number.store(0)
    }

    /// Takes over a total that is counted elsewhere.
    package func mirror(_ total: Double) {
        number.store(total)
    }
}
