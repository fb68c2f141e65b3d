import SluiceCore
import SluiceWire

/// Collects the text that the events of one stream bring.
///
/// An event mostly has its text where the one before had it, so that place is looked at first; only where it is not there the event is
/// searched. Of each event the first text is taken: a server that puts two into one event is not known.
struct EventText {
    enum Form {
        /// `content`, `reasoning_content`, `refusal`, `arguments` or `text`.
        case chat
        /// `delta`.
        case responses
    }

    private static let chatNames = MemberSearch("ctar")
    private static let responsesNames = MemberSearch("d")
    private let isChat: Bool
    /// Where the name stood in the last event that had one, and what it was.
    private var place = 0
    private(set) var produced = ProducedText()

    init(_ form: Form) {
        isChat = form == .chat
    }

    @inline(__always)
    mutating func collect(_ event: Span<UInt8>) {
        if isChat
            ? event.hasText("content\":\"", at: place) : event.hasText("delta\":\"", at: place)
        {
            return take(event, from: place &+ (isChat ? 10 : 8))
        }
        search(event)
    }

    @inline(never)
    private mutating func search(_ event: Span<UInt8>) {
        var offset = 0
        let names = isChat ? Self.chatNames : Self.responsesNames
        while let start = names.next(in: event, from: offset) {
            offset = start
            guard let end = nameEnd(event, start), let value = event.memberValue(after: end),
                event[value] == UInt8(ascii: "\"")
            else { continue }
            place = start
            return take(event, from: value + 1)
        }
    }

    /// Where the name of a text ends, its quote included.
    private func nameEnd(_ event: Span<UInt8>, _ start: Int) -> Int? {
        guard isChat else { return event.hasText("delta\"", at: start) ? start + 6 : nil }
        return switch event[start] {
        case UInt8(ascii: "c"): event.hasText("content\"", at: start) ? start + 8 : nil
        case UInt8(ascii: "t"): event.hasText("text\"", at: start) ? start + 5 : nil
        case UInt8(ascii: "a"): event.hasText("arguments\"", at: start) ? start + 10 : nil
        default: reasoningEnd(event, start)
        }
    }

    private func reasoningEnd(_ event: Span<UInt8>, _ start: Int) -> Int? {
        if event.hasText("reasoning_content\"", at: start) { return start + 18 }
        if event.hasText("reasoning\"", at: start) { return start + 10 }
        return event.hasText("refusal\"", at: start) ? start + 8 : nil
    }

    private mutating func take(_ event: Span<UInt8>, from start: Int) {
        let end = event.firstQuoteOrBackslash(from: start)
        guard end < event.count else { return }
        guard event[end] == UInt8(ascii: "\"") else { return takeEscaped(event, start, end) }
        if start < end { produced.append(event, start..<end, hasEscapes: false) }
    }

    @inline(never)
    private mutating func takeEscaped(_ event: Span<UInt8>, _ start: Int, _ backslash: Int) {
        var end = backslash
        while end < event.count, event[end] != UInt8(ascii: "\"") {
            // An escape has a byte behind it that ends nothing.
            end = event.firstQuoteOrBackslash(from: end &+ 2)
        }
        guard end < event.count else { return }
        produced.append(event, start..<end, hasEscapes: true)
    }
}
