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
        let sinks = sinks.span
        for index in sinks.indices { sinks[index].started() }
    }

    /// Tells all of them that a request is over.
    public func finished(_ record: AccessRecord) {
        let sinks = sinks.span
        for index in sinks.indices { sinks[index].finished(record) }
    }
}
