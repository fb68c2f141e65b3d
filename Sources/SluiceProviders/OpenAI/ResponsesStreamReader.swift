public import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// Watches a stream of the responses API. An ordinary event is told by its type and not looked at further.
public struct ResponsesStreamReader: StreamReader {
    public private(set) var usage: TokenUsage?
    private var text = EventText(.responses)
    public var produced: ProducedText { text.produced }
    private static let names = MemberSearch("re")

    public init() {}

    public mutating func read(_ event: Span<UInt8>) -> EventFacts {
        text.collect(event)
        if event.hasText("event: ", at: 0) {
            return Self.isOfInterest(event, 7, end: UInt8(ascii: "\n")) ? examine(event) : []
        }
        // Without a type line the data has to say it. Comments and `[DONE]` have no strings.
        var offset = 0
        var isPlain = true
        while let letter = Self.names.next(in: event, from: offset) {
            isPlain = false
            if Self.isOfInterest(event, letter, end: UInt8(ascii: "\"")) { return examine(event) }
            offset = letter
        }
        return isPlain || EventData.isError(event) ? examine(event) : []
    }

    private static func isOfInterest(_ event: Span<UInt8>, _ start: Int, end: UInt8) -> Bool {
        if event.hasText("response.", at: start) {
            let name = start + 9
            return event.hasText("completed", at: name) || event.hasText("incomplete", at: name)
                || event.hasText("failed", at: name) || event.hasText("cancelled", at: name)
        }
        guard event.hasText("error", at: start), start + 5 < event.count else { return false }
        return event[start + 5] == end || event[start + 5] == UInt8(ascii: "\r")
    }

    private mutating func examine(_ event: Span<UInt8>) -> EventFacts {
        let isError = EventData.isError(event)
        guard let data = EventData(event) else { return isError ? [.error, .terminal, .last] : [] }
        guard case .json(let root) = data else { return [.terminal, .last] }
        if let found = TokenUsage(openAI: root["response"]?["usage"]) { usage = found }
        switch root["type"]?.string {
        case "response.completed", "response.incomplete", "response.cancelled":
            return [.terminal, .last]
        case "response.failed", "error":
            return [.error, .terminal, .last]
        default:
            // An event that some server sends in place of a typed one.
            let isOther = root["error"].map { !$0.isNull } ?? false
            return isError || isOther ? [.error, .terminal, .last] : []
        }
    }
}
