public import SluiceCore

/// Several record sinks as one, in order: the access log and the metrics.
public struct RecordSinks: RecordSink {
    private let sinks: [any RecordSink]

    /// Makes one of many.
    public init(_ sinks: [any RecordSink]) {
        self.sinks = sinks
    }

    /// Tells all of them that a request began.
    public func started() {
        for sink in sinks { sink.started() }
    }

    /// Tells all of them that a request is over.
    public func finished(_ record: AccessRecord) {
        for sink in sinks { sink.finished(record) }
    }
}
