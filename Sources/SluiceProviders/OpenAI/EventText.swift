import SluiceCore
import SluiceWire

/// Collects the text that the events of one stream bring.
///
/// An event mostly has its text where the one before had it, so that place is looked at first; only where it is not there the event is
/// searched. What stands behind a text is searched too: an event can have texts of several choices or kinds, and the first may be empty.
struct EventText {
    enum Form {
        /// `content`, `reasoning_content`, `reasoning`, `refusal`, `text`, `transcript`, and `name`, `arguments` and `input` of calls.
        case chat
        /// `delta`, and `name` of calls.
        case responses
    }

    private static let chatNames = MemberSearch("ctar")
    private static let callNames = MemberSearch("ni")
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
        guard
            isChat
                ? event.hasText("content\":\"", at: place) : event.hasText("delta\":\"", at: place)
        else { return search(event) }
        let start = place &+ (isChat ? 10 : 8)
        let end = take(event, from: start)
        // An event of the responses API has one text.
        if isChat { search(event, from: end, last: (start..<end, 8)) }
    }

    @inline(never)
    private mutating func search(_ event: Span<UInt8>) {
        if !isChat, event.hasText("event: response.output_item.added", at: 0) {
            takeCalls(event, from: 0)
        } else {
            search(event, from: 0, last: (0..<0, 0))
        }
    }

    /// - Parameter last: the text before, and how long its name is.
    private mutating func search(
        _ event: Span<UInt8>, from begin: Int, last: (text: Range<Int>, name: Int)
    ) {
        var (last, offset, hasCalls) = (last, begin, false)
        let names = isChat ? Self.chatNames : Self.responsesNames
        while let start = names.next(in: event, from: offset) {
            offset = start
            if isChat, event.hasText("tool_calls\"", at: start) { hasCalls = true }
            guard let name = nameEnd(event, start), let value = event.memberValue(after: name),
                event[value] == UInt8(ascii: "\"")
            else { continue }
            let text = value + 1..<textEnd(event, value + 1)
            offset = text.upperBound
            // Some servers tell the same thoughts under two names.
            guard !text.isEmpty, last.name == name - start || !event.repeats(last.text, text)
            else { continue }
            // The next event mostly has its first text there too.
            if last.text.isEmpty { place = start }
            last = (text, name - start)
            take(event, from: text.lowerBound)
        }
        if hasCalls { takeCalls(event, from: begin) }
    }

    /// Names of calls, and the input of those whose form the client has made up.
    @inline(never)
    private mutating func takeCalls(_ event: Span<UInt8>, from begin: Int) {
        var offset = begin
        while let start = Self.callNames.next(in: event, from: offset) {
            offset = start
            let isName = event.hasText("name\"", at: start)
            guard isName || event.hasText("input\"", at: start),
                let value = event.memberValue(after: start + (isName ? 5 : 6)),
                event[value] == UInt8(ascii: "\"")
            else { continue }
            offset = take(event, from: value + 1)
        }
    }

    /// Where the name of a text ends, its quote included.
    private func nameEnd(_ event: Span<UInt8>, _ start: Int) -> Int? {
        guard isChat else { return event.hasText("delta\"", at: start) ? start + 6 : nil }
        return switch event[start] {
        case UInt8(ascii: "c"): event.hasText("content\"", at: start) ? start + 8 : nil
        case UInt8(ascii: "t"): textNameEnd(event, start)
        case UInt8(ascii: "a"): event.hasText("arguments\"", at: start) ? start + 10 : nil
        default: reasoningEnd(event, start)
        }
    }

    private func textNameEnd(_ event: Span<UInt8>, _ start: Int) -> Int? {
        if event.hasText("text\"", at: start) { return start + 5 }
        return event.hasText("transcript\"", at: start) ? start + 11 : nil
    }

    private func reasoningEnd(_ event: Span<UInt8>, _ start: Int) -> Int? {
        if event.hasText("reasoning_content\"", at: start) { return start + 18 }
        if event.hasText("reasoning\"", at: start) { return start + 10 }
        return event.hasText("refusal\"", at: start) ? start + 8 : nil
    }

    /// - Returns: where the text ends.
    @inline(__always)
    @discardableResult
    private mutating func take(_ event: Span<UInt8>, from start: Int) -> Int {
        let end = event.firstQuoteOrBackslash(from: start)
        guard end < event.count else { return event.count }
        guard event[end] == UInt8(ascii: "\"") else { return takeEscaped(event, start, end) }
        if start < end { produced.append(event, start..<end, hasEscapes: false) }
        return end
    }

    @inline(never)
    private mutating func takeEscaped(
        _ event: Span<UInt8>, _ start: Int, _ backslash: Int
    ) -> Int {
        let end = textEnd(event, backslash)
        if end < event.count { produced.append(event, start..<end, hasEscapes: true) }
        return end
    }

    private func textEnd(_ event: Span<UInt8>, _ start: Int) -> Int {
        var end = event.firstQuoteOrBackslash(from: start)
        while end < event.count, event[end] != UInt8(ascii: "\"") {
            // An escape has a byte behind it that ends nothing.
            end = event.firstQuoteOrBackslash(from: end &+ 2)
        }
        return min(end, event.count)
    }
}

extension Span<UInt8> {
    fileprivate func repeats(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
        guard first.count == second.count else { return false }
        for offset in 0..<first.count
        where self[first.lowerBound + offset] != self[second.lowerBound + offset] { return false }
        return true
    }
}
