internal import SluiceCore

/// Writes the lines of the access log, and keeps what one has in common with those before.
struct AccessLines {
    private var clock = Timestamp()
    /// The JSON of the fields from `method` to `error_code`.
    private var labels = RecentLabels<[UInt8]>()

    /// Appends the line of a record without its newline.
    mutating func append(
        _ record: borrowing AccessRecord, at time: Timestamp.Time, _ format: LogFormat,
        to bytes: inout [UInt8]
    ) {
        clock.show(time)
        guard format == .json, Self.isPlain(record) else {
            return append(unusual: record, format, to: &bytes)
        }
        let index = labels.index(of: record) ?? add(record)
        let room =
            Self.room + record.id.utf8.count + record.client.utf8.count
            + labels[index].count + (record.usageSource?.utf8.count ?? 0)
        bytes.append(addingCapacity: room) { out in
            Self.write(record, clock.bytes.span, labels[index], to: &out)
        }
    }

    @inline(never)
    private func append(
        unusual record: borrowing AccessRecord, _ format: LogFormat, to bytes: inout [UInt8]
    ) {
        let time = clock.bytes
        format.append(
            time: time.span, level: "info", message: "access", AccessContent(record: copy record),
            to: &bytes)
    }

    @inline(never)
    private mutating func add(_ record: borrowing AccessRecord) -> Int {
        let new = RecordLabels(copy record)
        var bytes: [UInt8] = []
        var fields = JSONFields(taking: &bytes)
        LabelContent(labels: new).write(to: &fields)
        fields.give(back: &bytes)
        return labels.add(bytes, for: new)
    }

    /// Whether the texts that are the record's own stand in JSON as they are, and are as short as they should be.
    private static func isPlain(_ record: borrowing AccessRecord) -> Bool {
        guard record.errorDetail == nil, record.id.utf8.span.isPlainJSON,
            record.client.utf8.span.isPlainJSON
        else { return false }
        return record.usageSource?.utf8.span.isPlainJSON ?? true
    }

    /// The time, the names of all fields with their quotes, and their numbers.
    private static let room = 30 + 300 + 9 * 24

    private static func write(
        _ record: borrowing AccessRecord, _ time: Span<UInt8>, _ labels: [UInt8],
        to out: inout OutputSpan<UInt8>
    ) {
        out.append(text: "{\"time\":\"")
        out.append(copying: time)
        out.append(text: "\",\"level\":\"info\",\"message\":\"access\",\"id\":\"")
        out.append(copying: record.id.utf8.span)
        out.append(text: "\",\"client\":\"")
        out.append(copying: record.client.utf8.span)
        out.append(text: "\"")
        out.append(copying: labels.span)
        out.append(text: ",\"bytes_in\":")
        out.append(decimal: min(record.bytesIn, UInt64(Int.max)))
        out.append(text: ",\"bytes_out\":")
        out.append(decimal: min(record.bytesOut, UInt64(Int.max)))
        if let time = record.timeToFirstByte {
            out.append(text: ",\"ttfb_ms\":")
            out.append(milliseconds: time)
        }
        out.append(text: ",\"duration_ms\":")
        out.append(milliseconds: record.duration)
        if record.isStreaming {
            out.append(text: ",\"events\":")
            out.append(decimal: record.events)
        }
        if let usage = record.usage { write(usage, record.usageSource, to: &out) }
        out.append(text: ",\"attempts\":")
        out.append(decimal: record.attempts)
        out.append(UInt8(ascii: "}"))
    }

    private static func write(
        _ usage: TokenUsage, _ source: borrowing String?, to out: inout OutputSpan<UInt8>
    ) {
        out.append(text: ",\"prompt_tokens\":")
        out.append(decimal: usage.promptTokens)
        out.append(text: ",\"completion_tokens\":")
        out.append(decimal: usage.completionTokens)
        out.append(text: ",\"cached_tokens\":")
        out.append(decimal: usage.cachedTokens)
        out.append(text: ",\"reasoning_tokens\":")
        out.append(decimal: usage.reasoningTokens)
        guard let source = copy source else { return }
        out.append(text: ",\"usage_source\":\"")
        out.append(copying: source.utf8.span)
        out.append(text: "\"")
    }
}
