internal import SluiceCore

/// The fields of an access record. What is not known has no field, rather than an empty one.
struct AccessContent: LogContent {
    var record: AccessRecord

    func write(to fields: inout some LogFields) {
        fields.field(AccessField.id, record.id)
        fields.field(AccessField.client, record.client)
        if let name = record.clientName { fields.field(AccessField.clientName, name) }
        if let tls = record.tls {
            fields.field(AccessField.tls, tls.version)
            if let subject = tls.subject { fields.field(AccessField.subject, subject) }
        }
        LabelContent(labels: RecordLabels(record)).write(to: &fields)
        if let detail = record.errorDetail { fields.field(AccessField.errorDetail, detail) }
        fields.field(AccessField.bytesIn, Int(clamping: record.bytesIn))
        fields.field(AccessField.bytesOut, Int(clamping: record.bytesOut))
        if let time = record.timeToFirstByte {
            fields.field(AccessField.timeToFirstByte, nanoseconds: time)
        }
        fields.field(AccessField.duration, nanoseconds: record.duration)
        if record.isStreaming { fields.field(AccessField.events, record.events) }
        if let usage = record.usage { write(usage, to: &fields) }
        if let cost = record.cost { fields.field(AccessField.cost, money: Money(cost)) }
        fields.field(AccessField.attempts, record.attempts)
    }

    private func write(_ usage: TokenUsage, to fields: inout some LogFields) {
        fields.field(AccessField.promptTokens, usage.promptTokens)
        fields.field(AccessField.completionTokens, usage.completionTokens)
        fields.field(AccessField.cachedTokens, usage.cachedTokens)
        fields.field(AccessField.reasoningTokens, usage.reasoningTokens)
        if let source = record.usageSource {
            fields.field(AccessField.usageSource, source.rawValue)
        }
    }
}

/// The fields that a record has in common with others.
struct LabelContent: LogContent {
    var labels: RecordLabels

    func write(to fields: inout some LogFields) {
        fields.field(AccessField.method, labels.method)
        fields.field(AccessField.route, labels.route)
        if let model = labels.model { fields.field(AccessField.model, model) }
        if let provider = labels.provider { fields.field(AccessField.provider, provider) }
        fields.field(AccessField.status, labels.status)
        fields.field(AccessField.outcome, labels.outcome)
        if let code = labels.errorCode { fields.field(AccessField.errorCode, code) }
    }
}
