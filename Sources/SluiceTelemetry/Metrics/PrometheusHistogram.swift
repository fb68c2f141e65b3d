public import CoreMetrics
internal import Synchronization

/// A distribution: a Prometheus histogram, and the recorder and timer of swift-metrics.
public final class PrometheusHistogram: RecorderHandler, TimerHandler, Sendable {
    struct Snapshot: Sendable {
        /// Observations per bucket, not yet cumulated; the last one is beyond all bounds.
        var counts: [Int]
        var sum = 0.0
    }

    /// The upper bounds of the buckets, rising, without the infinite one.
    let bounds: [Double]
    // Safety: there is one counter for each bound and one more. They are made and given back with the histogram, and change atomically.
    private nonisolated(unsafe) let counts: UnsafeMutablePointer<Atomic<Int>>
    private let sum = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = .allocate(capacity: bounds.count + 1)
        for bucket in 0...bounds.count { (counts + bucket).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: bounds.count + 1)
        counts.deallocate()
    }

    /// The sum may lack what is being observed at this moment.
    var snapshot: Snapshot {
        Snapshot(
            counts: (0...bounds.count).map { counts[$0].load(ordering: .relaxed) }, sum: sum.value)
    }

    /// Adds observations.
    ///
    /// - Parameters:
    ///   - value: the value; NaN is ignored.
    ///   - count: how often it was seen, for callers that gather before they observe.
    public func observe(_ value: Double, count: Int = 1) {
        guard !value.isNaN, count > 0 else { return }
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        counts[bucket].add(count, ordering: .relaxed)
        sum.add(value * Double(count))
    }

    /// Adds one observation.
    public func record(_ value: Int64) {
        observe(Double(value))
    }

    /// Adds one observation.
    public func record(_ value: Double) {
        observe(value)
    }

    /// Adds one observation, in seconds as Prometheus wants it.
    public func recordNanoseconds(_ duration: Int64) {
        observe(Double(duration) / 1_000_000_000)
    }
}
