public import SluiceCore

/// Writes one line per finished request: level `info`, message `access`, and the fields of the record.
///
/// It is the only line of a request that goes well, and costs less than a microsecond on the loop: it is put together in the buffer that
/// the sink's thread writes, of parts that most requests share.
public final class AccessLog: RecordSink {
    private let sink: LogSink
    private let format: LogFormat

    /// Makes the log.
    ///
    /// - Parameters:
    ///   - sink: where lines go.
    ///   - format: how they are written.
    public init(sink: LogSink, format: LogFormat = .json) {
        self.sink = sink
        self.format = format
    }

    /// Nothing is written when a request begins.
    public func started() {}

    /// Queues the line of a request.
    public func finished(_ record: AccessRecord) {
        sink.append(record, format)
    }
}
