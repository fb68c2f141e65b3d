internal import SluiceCore
internal import SluiceJSON

/// The answer to a legacy completion: each prompt comes back.
struct EchoCompletion: EchoAnswer {
    private let model: String
    private let includesUsage: Bool
    /// One for each prompt and each of its choices, in that order.
    private let replies: [EchoReply]
    private let promptTokens: Int
    private let id = EchoID.make("cmpl-")
    private let created = EchoID.now()

    init(_ document: JSONDocument, model: String, includesUsage: Bool) throws(ProxyError) {
        let root = document.root
        let prompts = try EchoEmbeddings.texts(root["prompt"], name: "prompt")
        let limit = try EchoInput.limit(root, "max_tokens")
        let choices = try EchoInput.choices(root)
        self.model = model
        self.includesUsage = includesUsage
        promptTokens = prompts.reduce(0) { $0 + EchoTokens.count($1) }
        replies = prompts.flatMap { prompt in
            Array(repeating: EchoReply(prompt, limit: limit), count: choices)
        }
    }

    private var usage: JSONLiteral {
        EchoUsage(
            prompt: promptTokens, completion: replies.reduce(0) { $0 + $1.tokens.count }
        ).completions
    }

    func body() -> [UInt8] {
        let choices = replies.enumerated().map { index, reply in
            choice(index, reply.text, finish: reason(reply))
        }
        var writer = JSONWriter(capacity: 512)
        writer.value(.object(head() + [("choices", .array(choices)), ("usage", usage)]))
        return writer.bytes
    }

    func events() -> [EchoEvent] {
        var events: [EchoEvent] = []
        for position in 0..<(replies.map(\.tokens.count).max() ?? 0) {
            for (index, reply) in replies.enumerated() where position < reply.tokens.count {
                let choice = choice(index, reply.tokens[position], finish: .null)
                events.append(chunk([choice], isToken: index == 0))
            }
        }
        for (index, reply) in replies.enumerated() {
            events.append(chunk([choice(index, "", finish: reason(reply))]))
        }
        if includesUsage {
            events.append(EchoEvent(.object(head() + [("choices", []), ("usage", usage)])))
        }
        events.append(.done)
        return events
    }

    private func chunk(_ choices: [JSONLiteral], isToken: Bool = false) -> EchoEvent {
        var members = head() + [("choices", .array(choices))]
        if includesUsage { members.append(("usage", .null)) }
        return EchoEvent(.object(members), isToken: isToken)
    }

    private func choice(_ index: Int, _ text: String, finish: JSONLiteral) -> JSONLiteral {
        [
            "text": .string(text), "index": .int(index), "logprobs": .null,
            "finish_reason": finish,
        ]
    }

    private func reason(_ reply: EchoReply) -> JSONLiteral { reply.isCut ? "length" : "stop" }

    private func head() -> [(String, JSONLiteral)] {
        [
            ("id", .string(id)), ("object", "text_completion"), ("created", .int(created)),
            ("model", .string(model)), ("system_fingerprint", .string(EchoID.fingerprint)),
        ]
    }
}
