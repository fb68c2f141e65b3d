internal import Synchronization

/// Counts of upstream connections, for metrics. Loops add to it, any thread may read it.
public final class UpstreamStatistics: Sendable {
    private let idleCount = Atomic<Int>(0)
    private let inUseCount = Atomic<Int>(0)
    private let dialledCount = Atomic<Int>(0)
    private let reusedCount = Atomic<Int>(0)

    public init() {}

    /// Connections that wait for a request, now.
    public var idle: Int { idleCount.load(ordering: .relaxed) }
    /// Connections that carry an exchange, now.
    public var inUse: Int { inUseCount.load(ordering: .relaxed) }
    /// Connections that came about, since the start.
    public var dialled: Int { dialledCount.load(ordering: .relaxed) }
    /// Exchanges that found an idle connection, since the start.
    public var reused: Int { reusedCount.load(ordering: .relaxed) }

    func dialledOne() {
        dialledCount.add(1, ordering: .relaxed)
        inUseCount.add(1, ordering: .relaxed)
    }

    func reusedOne() {
        reusedCount.add(1, ordering: .relaxed)
        idleCount.subtract(1, ordering: .relaxed)
        inUseCount.add(1, ordering: .relaxed)
    }

    func keptOne() {
        inUseCount.subtract(1, ordering: .relaxed)
        idleCount.add(1, ordering: .relaxed)
    }

    func closedOne(wasIdle: Bool) {
        if wasIdle {
            idleCount.subtract(1, ordering: .relaxed)
        } else {
            inUseCount.subtract(1, ordering: .relaxed)
        }
    }
}
