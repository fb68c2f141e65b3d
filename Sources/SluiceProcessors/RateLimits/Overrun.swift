internal import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// How a stream ends that has used up what there was.
enum HardStop: String, CaseIterable, Sendable {
    /// With an error event.
    case error
    /// As a stream ends whose completion reached its greatest length.
    case length
}

/// Watches whether a stream writes more than was reserved for it.
struct Overrun: Sendable {
    private let stop: HardStop
    private let endpoint: Endpoint
    /// By a rule of thumb, a token for four bytes: a count of each event would cost more than the event.
    private var written = 0
    private var last: [UInt8] = []
    private var choices = 1
    /// Set once nobody can say any more whether there is room.
    var isOff = false

    private static let bytesPerToken = 4
    /// What is taken at a time, in tokens, so that the store is not asked for every event.
    private static let step = 256

    init(_ stop: HardStop, _ endpoint: Endpoint) {
        self.stop = stop
        self.endpoint = endpoint
    }

    /// What has to be taken next, in tokens.
    var extent: Int { max(Self.step, written / Self.bytesPerToken / 4) }

    /// - Returns: whether more has to be reserved.
    mutating func note(_ event: ServerSentEvent, held: Int) -> Bool {
        guard !isOff, let document = try? JSONDocument(parsing: event.data) else { return false }
        last = event.data
        let root = document.root
        if let delta = root["delta"]?.plainStringBytes { written += delta.count }
        if let list = root["choices"] {
            for choice in list.elements {
                choices = max(choices, min(128, (choice["index"]?.int ?? 0) + 1))
                written += Self.length(choice["text"])
                if let delta = choice["delta"] { written += Self.length(of: delta) }
            }
        }
        return written / Self.bytesPerToken > held
    }

    private static func length(of delta: JSONValue) -> Int {
        var sum = length(delta["content"]) + length(delta["reasoning_content"])
        if let calls = delta["tool_calls"] {
            for call in calls.elements { sum += length(call["function"]?["arguments"]) }
        }
        return sum
    }

    private static func length(_ value: JSONValue?) -> Int {
        guard let value, value.kind == .string else { return 0 }
        return max(0, value.range.count - 2)
    }

    func end() -> EventEdit {
        guard stop == .length else { return .stop(.outOfBudget) }
        return .end(
            endpoint == .responses ? [incompleteResponse] : [lastChunk, ServerSentEvent.done])
    }

    /// The last chunk of a completion that is cut for its length, with the names of the one before.
    private var lastChunk: ServerSentEvent {
        let root = (try? JSONDocument(parsing: last))?.root
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            for name in ["id", "object", "model"] {
                if let text = root?[name]?.string { writer.member(name, .string(text)) }
            }
            if let created = root?["created"]?.int { writer.member("created", .int(created)) }
            let ends = (0..<choices).map { index -> JSONLiteral in
                let text: (String, JSONLiteral) =
                    endpoint == .completions ? ("text", "") : ("delta", [:])
                return .object([("index", .int(index)), text, ("finish_reason", "length")])
            }
            writer.member("choices", .array(ends))
        }
        return ServerSentEvent(data: writer.bytes)
    }

    private var incompleteResponse: ServerSentEvent {
        let root = (try? JSONDocument(parsing: last))?.root
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.member("type", "response.incomplete")
            writer.member("sequence_number", .int((root?["sequence_number"]?.int ?? 0)))
            writer.member(
                "response",
                .object([
                    ("object", "response"), ("status", "incomplete"),
                    ("incomplete_details", .object([("reason", "max_output_tokens")])),
                    ("output", .array([])),
                ]))
        }
        return ServerSentEvent(data: writer.bytes, type: "response.incomplete")
    }
}

extension ServerSentEvent {
    fileprivate static let done = ServerSentEvent(data: Array("[DONE]".utf8))
}
