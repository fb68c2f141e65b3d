public import SluiceCore

/// Writes one line per finished request: level `info`, message `access`, and the fields of the record.
///
/// It is the only line of a request that goes well, and costs less than two microseconds on the loop.
public struct AccessLog: RecordSink {
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
        sink.append(
            format.line(
                time: Timestamp.shared.now(), level: "info", message: "access",
                AccessContent(record: record)))
    }
}

/// The fields of an access record. What is not known has no field, rather than an empty one.
struct AccessContent: LogContent {
    var record: AccessRecord

    func write(to fields: inout some LogFields) {
        fields.field("id", record.id)
        fields.field("client", record.client)
        fields.field("method", record.method)
        fields.field("route", record.route)
        if let model = record.model { fields.field("model", model) }
        if let provider = record.provider { fields.field("provider", provider) }
        fields.field("status", record.status)
        fields.field("outcome", record.outcome)
        if let code = record.errorCode { fields.field("error_code", code) }
        if let detail = record.errorDetail { fields.field("error_detail", detail) }
        fields.field("bytes_in", Int(clamping: record.bytesIn))
        fields.field("bytes_out", Int(clamping: record.bytesOut))
        if let time = record.timeToFirstByte { fields.field("ttfb_ms", nanoseconds: time) }
        fields.field("duration_ms", nanoseconds: record.duration)
        if record.isStreaming { fields.field("events", record.events) }
        if let usage = record.usage { write(usage, to: &fields) }
        fields.field("attempts", record.attempts)
    }

    private func write(_ usage: TokenUsage, to fields: inout some LogFields) {
        fields.field("prompt_tokens", usage.promptTokens)
        fields.field("completion_tokens", usage.completionTokens)
        fields.field("cached_tokens", usage.cachedTokens)
        fields.field("reasoning_tokens", usage.reasoningTokens)
        if let source = record.usageSource { fields.field("usage_source", source) }
    }
}
