internal import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// The events that end a stream as if its completion had reached its greatest length.
struct StreamEnding {
    let endpoint: Endpoint
    /// The event at which it ends, and of a response the first one.
    let last: [UInt8]
    let created: [UInt8]
    let choices: Int
    let asksUsage: Bool
    /// Tokens, by our count.
    let prompt: Int
    let completion: Int

    var events: [ServerSentEvent] {
        if endpoint == .responses { return [incompleteResponse] }
        return [lastChunk] + (asksUsage ? [usageChunk] : []) + [
            ServerSentEvent(data: Array("[DONE]".utf8))
        ]
    }

    private var lastChunk: ServerSentEvent {
        let ends = (0..<choices).map { index -> JSONLiteral in
            let text: (String, JSONLiteral) =
                endpoint == .completions ? ("text", "") : ("delta", [:])
            return .object([("index", .int(index)), text, ("finish_reason", "length")])
        }
        return chunk(.array(ends), usage: .null)
    }

    private var usageChunk: ServerSentEvent {
        chunk(
            .array([]),
            usage: .object([
                ("prompt_tokens", .int(prompt)), ("completion_tokens", .int(completion)),
                ("total_tokens", .int(prompt + completion)),
            ]))
    }

    /// A chunk with the names of the last one.
    private func chunk(_ choices: JSONLiteral, usage: JSONLiteral) -> ServerSentEvent {
        let root = (try? JSONDocument(parsing: last))?.root
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            for name in ["id", "object", "model"] {
                if let text = root?[name]?.string { writer.member(name, .string(text)) }
            }
            if let created = root?["created"]?.int { writer.member("created", .int(created)) }
            writer.member("choices", choices)
            if asksUsage { writer.member("usage", usage) }
        }
        return ServerSentEvent(data: writer.bytes)
    }

    private var incompleteResponse: ServerSentEvent {
        let number = (try? JSONDocument(parsing: last))?.root["sequence_number"]?.int ?? 0
        let begun = (try? JSONDocument(parsing: created))?.root["response"]
        var members: [(String, JSONLiteral)] = []
        for name in ["id", "model"] {
            if let text = begun?[name]?.string { members.append((name, .string(text))) }
        }
        if let at = begun?["created_at"]?.int { members.append(("created_at", .int(at))) }
        members += [
            ("object", "response"), ("status", "incomplete"),
            ("incomplete_details", .object([("reason", "max_output_tokens")])),
            ("output", .array([])),
            (
                "usage",
                .object([
                    ("input_tokens", .int(prompt)), ("output_tokens", .int(completion)),
                    ("total_tokens", .int(prompt + completion)),
                ])
            ),
        ]
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.member("type", "response.incomplete")
            writer.member("sequence_number", .int(number))
            writer.member("response", .object(members))
        }
        return ServerSentEvent(data: writer.bytes, type: "response.incomplete")
    }
}
