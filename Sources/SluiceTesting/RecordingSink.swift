public import SluiceCore
internal import Synchronization

/// Keeps access records.
public final class RecordingSink: RecordSink {
    private let kept = Mutex<(started: Int, records: [AccessRecord])>((0, []))

    /// An empty one.
    public init() {}

    /// Those of finished exchanges, in order.
    public var records: [AccessRecord] { kept.withLock { $0.records } }
    /// How many exchanges began.
    public var startedCount: Int { kept.withLock { $0.started } }

    public func started() {
        kept.withLock { $0.started += 1 }
    }

    public func finished(_ record: AccessRecord) {
        kept.withLock { $0.records.append(record) }
    }
}
