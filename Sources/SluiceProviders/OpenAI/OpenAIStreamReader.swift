public import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// Watches a stream of chat completions or completions.
///
/// An ordinary event costs one pass over its bytes and no allocation. Only an event with a finish reason, a usage, an error, or a choice
/// not seen so far is parsed.
public struct OpenAIStreamReader: StreamReader {
    public private(set) var usage: TokenUsage?
    private var text = EventText(.chat)
    public var produced: ProducedText { text.produced }
    /// One bit for each choice that has spoken, and for each that has finished. OpenAI allows 128.
    private var seen: UInt128 = 0
    private var finished: UInt128 = 0
    private static let names = MemberSearch("ufei")

    public init() {}

    public mutating func read(_ event: Span<UInt8>) -> EventFacts {
        text.collect(event)
        var offset = 0
        var isPlain = true
        while let letter = Self.names.next(in: event, from: offset) {
            isPlain = false
            if isOfInterest(event, letter) { return examine(event) }
            offset = letter
        }
        // `[DONE]` has no strings at all, unless in a comment; a type of `error` need not come with an object of that name.
        if isPlain || Self.isUnusual(event) { return examine(event) }
        return []
    }

    /// Whether an event without members of interest has to be looked at nevertheless. Nearly all begin with an object.
    @inline(__always)
    private static func isUnusual(_ event: Span<UInt8>) -> Bool {
        if event.hasText("data: {\"", at: 0), ServerSentEvent.isOneLine(event) { return false }
        guard !ServerSentEvent.has(type: "error", in: event),
            let data = ServerSentEvent.dataRange(in: event, from: 0, to: event.count)
        else { return true }
        return event.hasText("[DONE]", at: data.lowerBound)
    }

    @inline(__always)
    private func isOfInterest(_ event: Span<UInt8>, _ letter: Int) -> Bool {
        switch event[letter] {
        case UInt8(ascii: "u"):
            return event.hasText("usage\"", at: letter) && hasValue(event, after: letter + 6)
        case UInt8(ascii: "f"):
            return event.hasText("finish_reason\"", at: letter)
                && hasValue(event, after: letter + 14)
        case UInt8(ascii: "e"):
            return event.hasText("error\"", at: letter) && hasValue(event, after: letter + 6)
        default:
            return event.hasText("index\"", at: letter) && isNewChoice(event, after: letter + 6)
        }
    }

    /// Whether a member follows whose value is not `null`.
    private func hasValue(_ event: Span<UInt8>, after end: Int) -> Bool {
        guard let value = event.memberValue(after: end) else { return false }
        return event[value] != UInt8(ascii: "n")
    }

    /// Tool calls have an index too, so an unknown one has to be looked at.
    private func isNewChoice(_ event: Span<UInt8>, after end: Int) -> Bool {
        guard let value = event.memberValue(after: end) else { return false }
        var number = 0
        var position = value
        while position < event.count, event[position] &- 0x30 < 10, number < 1000 {
            number = number * 10 + Int(event[position] &- 0x30)
            position += 1
        }
        return number < 128 && seen >> UInt128(number) & 1 == 0
    }

    private mutating func examine(_ event: Span<UInt8>) -> EventFacts {
        if EventData.isError(event) { return [.error, .terminal, .last] }
        guard let data = EventData(event) else { return [] }
        guard case .json(let root) = data else { return [.terminal, .last] }
        if let error = root["error"], !error.isNull { return [.error, .terminal, .last] }
        var facts: EventFacts = []
        let choices = root["choices"]
        if let usage = TokenUsage(root: root) {
            self.usage = usage
            if let choices, choices.isArray, choices[0] == nil { facts.insert(.usageOnly) }
        }
        var hasFinished = false
        if let choices {
            for choice in choices.elements where note(choice) { hasFinished = true }
        }
        if hasFinished, finished == seen { facts.insert(.terminal) }
        return facts
    }

    /// - Returns: whether this choice says why it finished.
    private mutating func note(_ choice: JSONValue) -> Bool {
        let index = choice["index"]?.int ?? 0
        guard 0..<128 ~= index else { return false }
        seen |= 1 << UInt128(index)
        guard let reason = choice["finish_reason"], !reason.isNull else { return false }
        finished |= 1 << UInt128(index)
        return true
    }
}
