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
///
/// No text has more tokens than bytes. So nothing is counted until there are as many bytes as tokens are left, and then all that has come
/// since the last count: most of a text is counted in a few large portions, and its end event by event. Where portions meet, a count can be a
/// token too high, so a stream may be stopped by some of those too early; it is not stopped too late.
struct Overrun: Sendable {
    private let stop: HardStop
    private let endpoint: Endpoint
    private let model: String
    private let counter: (any TextCounter)?
    private let choices: Int
    private var counted = 0
    /// How much of the text is counted, in bytes.
    private var offset = 0
    private var isOver = false
    private var last: [UInt8] = []
    /// Set once nobody can say any more whether there is room.
    var isOff = false

    /// For what cannot be counted here and now.
    private static let bytesPerToken = 4
    /// What is taken at a time, in tokens, so that the store is not asked for every event.
    private static let step = 256
    /// A larger portion would be felt by other exchanges.
    private static let portion = 8 << 10

    init(_ stop: HardStop, for request: ProxyRequest, counter: (any TextCounter)?) {
        self.stop = stop
        self.counter = counter
        endpoint = request.endpoint
        model = request.model ?? ""
        choices = min(128, max(1, request.json?.root["n"]?.int ?? 1))
    }

    /// What has to be taken next, in tokens.
    func extent(held: Int) -> Int { max(Self.step, counted / 4, counted - held + Self.step) }

    /// - Parameter held: tokens that are reserved.
    mutating func note(_ text: ProducedText, held: Int) {
        let waiting = text.size - offset
        guard waiting > 0, counted + waiting > held || waiting >= Self.portion else { return }
        counted += tokens(of: text, waiting)
        offset = text.size
        isOver = counted > held
    }

    private func tokens(of text: ProducedText, _ waiting: Int) -> Int {
        let rough = (waiting + Self.bytesPerToken - 1) / Self.bytesPerToken
        guard text.isWhole, let counter else { return rough }
        return counter.countAtOnce(text.text(from: offset).span, model: model)?.count ?? rough
    }

    /// - Returns: whether more has to be reserved.
    mutating func note(_ event: ServerSentEvent) -> Bool {
        if event.data.first == UInt8(ascii: "{") { last = event.data }
        return isOver && !isOff
    }

    /// More was reserved.
    mutating func goOn() { isOver = false }

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
