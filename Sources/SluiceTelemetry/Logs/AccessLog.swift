public import SluiceCore
internal import Synchronization

/// Writes one line per finished request: level `info`, message `access`, and the fields of the record.
///
/// It is the only line of a request that goes well, and costs less than two microseconds on the loop.
public struct AccessLog: RecordSink {
    private let sink: LogSink
    private let format: LogFormat
    private let scratch = LineScratch()

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
        let time = Timestamp.shared.bytes()
        let content = AccessContent(record: record)
        scratch.withBytes { bytes in
            format.append(
                time: time.span, level: "info", message: "access", content, to: &bytes)
            sink.append(bytes)
        }
    }
}

/// The buffer in which a line is put together, used again for the next one.
private final class LineScratch: Sendable {
    /// A line with a long error is not kept.
    private static let keptCapacity = 16 << 10

    private let bytes = Mutex<[UInt8]>([])

    /// Gives an empty buffer. No loop waits for another one: when two log at the same time, one makes its own.
    func withBytes(_ body: (inout [UInt8]) -> Void) {
        let isDone: Void? = bytes.withLockIfAvailable { bytes in
            bytes.removeAll(keepingCapacity: true)
            bytes.reserveCapacity(640)
            body(&bytes)
            if bytes.capacity > Self.keptCapacity { bytes = [] }
        }
        guard isDone == nil else { return }
        var own: [UInt8] = []
        own.reserveCapacity(640)
        body(&own)
    }
}

/// The fields of an access record. What is not known has no field, rather than an empty one.
struct AccessContent: LogContent {
    var record: AccessRecord

    func write(to fields: inout some LogFields) {
        fields.field(AccessField.id, record.id)
        fields.field(AccessField.client, record.client)
        fields.field(AccessField.method, record.method)
        fields.field(AccessField.route, record.route)
        if let model = record.model { fields.field(AccessField.model, model) }
        if let provider = record.provider { fields.field(AccessField.provider, provider) }
        fields.field(AccessField.status, record.status)
        fields.field(AccessField.outcome, record.outcome)
        if let code = record.errorCode { fields.field(AccessField.errorCode, code) }
        if let detail = record.errorDetail { fields.field(AccessField.errorDetail, detail) }
        fields.field(AccessField.bytesIn, Int(clamping: record.bytesIn))
        fields.field(AccessField.bytesOut, Int(clamping: record.bytesOut))
        if let time = record.timeToFirstByte {
            fields.field(AccessField.timeToFirstByte, nanoseconds: time)
        }
        fields.field(AccessField.duration, nanoseconds: record.duration)
        if record.isStreaming { fields.field(AccessField.events, record.events) }
        if let usage = record.usage { write(usage, to: &fields) }
        fields.field(AccessField.attempts, record.attempts)
    }

    private func write(_ usage: TokenUsage, to fields: inout some LogFields) {
        fields.field(AccessField.promptTokens, usage.promptTokens)
        fields.field(AccessField.completionTokens, usage.completionTokens)
        fields.field(AccessField.cachedTokens, usage.cachedTokens)
        fields.field(AccessField.reasoningTokens, usage.reasoningTokens)
        if let source = record.usageSource { fields.field(AccessField.usageSource, source) }
    }
}
