internal import SluiceCore

/// Writes the lines of the access log, and keeps what one has in common with those before.
struct AccessLines {
    private var clock = Timestamp()
    /// The JSON of the fields from `method` to `error_code`.
    private var labels = RecentLabels<[UInt8]>()

    /// Appends the line of a record without its newline.
    mutating func append(
        _ record: AccessRecord, at time: Timestamp.Time, _ format: LogFormat,
        to bytes: inout [UInt8]
    ) {
        clock.show(time)
        guard format == .json, Self.isPlain(record) else {
            return append(unusual: record, format, to: &bytes)
        }
        let index = labels.index(of: record) ?? add(record)
        Self.append(
            clock.bytes.span, record.id.utf8.span, record.client.utf8.span,
            (record.clientName ?? "").utf8.span, record.tls, labels[index],
            AccessNumbers(record), to: &bytes)
    }

    @inline(never)
    private func append(unusual record: AccessRecord, _ format: LogFormat, to bytes: inout [UInt8])
    {
        let time = clock.bytes
        format.append(
            time: time.span, level: "info", message: "access", AccessContent(record: record),
            to: &bytes)
    }

    @inline(never)
    private mutating func add(_ record: AccessRecord) -> Int {
        let new = RecordLabels(record)
        var bytes: [UInt8] = []
        var fields = JSONFields(taking: &bytes)
        LabelContent(labels: new).write(to: &fields)
        fields.give(back: &bytes)
        return labels.add(bytes, for: new)
    }

    /// Whether the texts that are the record's own stand in JSON as they are.
    private static func isPlain(_ record: AccessRecord) -> Bool {
        record.errorDetail == nil && (record.tls?.subject ?? "").utf8.span.isPlainJSON
            && record.id.utf8.span.isPlainJSON && record.client.utf8.span.isPlainJSON
            && (record.clientName ?? "").utf8.span.isPlainJSON
    }

    // Parts are given one by one, because a closure that holds on to a value of many fields copies it.
    private static func append(
        _ time: Span<UInt8>, _ id: Span<UInt8>, _ client: Span<UInt8>, _ clientName: Span<UInt8>,
        _ tls: ClientTLS?, _ labels: [UInt8], _ numbers: AccessNumbers, to bytes: inout [UInt8]
    ) {
        let security = tls.map { $0.version.utf8.count + ($0.subject ?? "").utf8.count + 32 } ?? 0
        let texts =
            time.count + id.count + client.count + clientName.count + security + labels.count + 96
        bytes.append(addingCapacity: texts + AccessNumbers.room) { out in
            out.append(text: "{\"time\":\"")
            out.append(copying: time)
            out.append(text: "\",\"level\":\"info\",\"message\":\"access\",\"id\":\"")
            out.append(copying: id)
            out.append(text: "\",\"client\":\"")
            out.append(copying: client)
            if !clientName.isEmpty {
                out.append(text: "\",\"client_name\":\"")
                out.append(copying: clientName)
            }
            if let tls {
                out.append(text: "\",\"tls\":\"")
                out.append(copying: tls.version.utf8.span)
                if let subject = tls.subject {
                    out.append(text: "\",\"client_subject\":\"")
                    out.append(copying: subject.utf8.span)
                }
            }
            out.append(text: "\"")
            out.append(copying: labels.span)
            numbers.append(to: &out)
            out.append(text: "}")
        }
    }
}
