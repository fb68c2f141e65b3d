public import SluiceCore

/// Several record sinks as one, in order: the access log and the metrics.
public final class RecordSinks: RecordSink {
    /// A chain rather than an array: telling a sink where it stands costs nothing, taking it out of an array is a copy for each request.
    private final class Link: Sendable {
        let sink: any RecordSink
        let next: Link?

        init(_ sink: any RecordSink, next: Link?) {
            self.sink = sink
            self.next = next
        }

        func started() {
            sink.started()
            next?.started()
        }

        func finished(_ record: AccessRecord) {
            sink.finished(record)
            next?.finished(record)
        }
    }

    private let first: Link?

    /// Makes one of many.
    public init(_ sinks: [any RecordSink]) {
        first = sinks.reversed().reduce(nil) { Link($1, next: $0) }
    }

    /// Tells all of them that a request began.
    public func started() {
        first?.started()
    }

    /// Tells all of them that a request is over.
    public func finished(_ record: AccessRecord) {
        first?.finished(record)
    }
}
