internal import SluiceCore

/// The fields of an access record that are measured, in their JSON form.
struct AccessNumbers {
    /// The most bytes they take: ten numbers and an amount with their names.
    static let room = 10 * 21 + 31 + 200

    private let bytesIn: UInt64
    private let bytesOut: UInt64
    private let timeToFirstByte: UInt64?
    private let duration: UInt64
    private let events: Int?
    private let usage: TokenUsage?
    private let usageSource: UsageSource?
    private let cost: Double?
    private let attempts: Int

    init(_ record: AccessRecord) {
        bytesIn = min(record.bytesIn, UInt64(Int.max))
        bytesOut = min(record.bytesOut, UInt64(Int.max))
        timeToFirstByte = record.timeToFirstByte
        duration = record.duration
        events = record.isStreaming ? record.events : nil
        usage = record.usage
        usageSource = record.usageSource
        cost = record.cost
        attempts = record.attempts
    }

    /// Appends them, each with a comma before it.
    @inline(__always)
    func append(to out: inout OutputSpan<UInt8>) {
        out.append(text: ",\"bytes_in\":")
        out.append(decimal: bytesIn)
        out.append(text: ",\"bytes_out\":")
        out.append(decimal: bytesOut)
        if let timeToFirstByte {
            out.append(text: ",\"ttfb_ms\":")
            out.append(milliseconds: timeToFirstByte)
        }
        out.append(text: ",\"duration_ms\":")
        out.append(milliseconds: duration)
        if let events {
            out.append(text: ",\"events\":")
            out.append(decimal: events)
        }
        if let usage { append(usage, to: &out) }
        if let cost {
            out.append(text: ",\"cost\":")
            out.append(money: Money(cost))
        }
        out.append(text: ",\"attempts\":")
        out.append(decimal: attempts)
    }

    @inline(__always)
    private func append(_ usage: TokenUsage, to out: inout OutputSpan<UInt8>) {
        out.append(text: ",\"prompt_tokens\":")
        out.append(decimal: usage.promptTokens)
        out.append(text: ",\"completion_tokens\":")
        out.append(decimal: usage.completionTokens)
        out.append(text: ",\"cached_tokens\":")
        out.append(decimal: usage.cachedTokens)
        out.append(text: ",\"reasoning_tokens\":")
        out.append(decimal: usage.reasoningTokens)
        switch usageSource {
        case .provider: out.append(text: ",\"usage_source\":\"provider\"")
        case .counted: out.append(text: ",\"usage_source\":\"counted\"")
        case .estimated: out.append(text: ",\"usage_source\":\"estimated\"")
        case nil: break
        }
    }
}
