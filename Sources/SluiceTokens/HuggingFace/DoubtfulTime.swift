internal import Synchronization

/// A minute in which counts are not called exact: one of them was not, and whoever counts asks only when it is done.
final class DoubtfulTime: Sendable {
    private let length: Int64
    private let start = ContinuousClock.now
    /// In seconds since the start.
    private let end = Atomic<Int64>(0)

    /// - Parameter seconds: another length of time.
    init(seconds: Int64 = 60) { length = seconds }

    func begin() { end.store(seconds + length, ordering: .relaxed) }

    var isNow: Bool {
        let end = end.load(ordering: .relaxed)
        return end > 0 && seconds < end
    }

    private var seconds: Int64 { start.duration(to: .now).components.seconds }
}
