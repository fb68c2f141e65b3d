import SluiceJSON
import SluiceWire

/// The data of one event, parsed.
enum EventData {
    case json(JSONValue)
    /// `[DONE]`: OpenAI's last event.
    case done

    /// Nil for an event without data, and for data of any other kind.
    init?(_ event: Span<UInt8>) {
        if let range = ServerSentEvent.dataRange(in: event, from: 0, to: event.count) {
            self.init(data: event.extracting(range))
        } else if let parsed = ServerSentEvent(parsing: event) {
            self.init(data: parsed.data.span)
        } else {
            return nil
        }
    }

    /// Whether an event is of the type `error`, whatever its data; without data there is no event.
    static func isError(_ event: Span<UInt8>) -> Bool {
        ServerSentEvent.has(type: "error", in: event) && ServerSentEvent(parsing: event) != nil
    }

    private init?(data: Span<UInt8>) {
        if data.hasText("[DONE]", at: 0) {
            self = .done
        } else if let document = try? JSONDocument(copying: data) {
            self = .json(document.root)
        } else {
            return nil
        }
    }
}
