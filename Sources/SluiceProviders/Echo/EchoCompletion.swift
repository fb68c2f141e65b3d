internal import SluiceCore
internal import SluiceJSON

/// The answer to a legacy completion: each prompt comes back.
struct EchoCompletion: EchoAnswer {
    private let model: String
    private let includesUsage: Bool
    /// One for each prompt and each of its choices, in that order.
    private let replies: [EchoReply]
    /// Every token of every reply: which reply, which of its tokens.
    private let places: [(reply: Int, token: Int)]
    private let promptTokens: Int
    private let id = EchoID.make("cmpl-")
    private let created = EchoID.now()

    init(_ document: JSONDocument, model: String, includesUsage: Bool) throws(ProxyError) {
        let root = document.root
        let prompts = try EchoEmbeddings.texts(root["prompt"], name: "prompt")
        let limit = try EchoInput.limit(root, "max_tokens")
        let choices = try EchoInput.choices(root)
        try EchoInput.checkSize(prompts.reduce(0) { $0 + $1.utf8.count } * choices, "n")
        self.model = model
        self.includesUsage = includesUsage
        promptTokens = prompts.reduce(0) { $0 + EchoTokens.count($1) }
        replies = prompts.flatMap { prompt in
            Array(repeating: EchoReply(prompt, limit: limit), count: choices)
        }
        places = replies.enumerated().flatMap { reply, content in
            content.tokens.indices.map { (reply, $0) }
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

    var eventCount: Int { places.count + replies.count + (includesUsage ? 2 : 1) }

    /// The tokens of all replies, then their ends.
    func event(_ index: Int) -> EchoEvent {
        if index < places.count {
            let (reply, token) = places[index]
            return chunk(
                [choice(reply, replies[reply].tokens[token], finish: .null)], isToken: true)
        }
        let end = index - places.count
        if end < replies.count { return chunk([choice(end, "", finish: reason(replies[end]))]) }
        guard includesUsage, end == replies.count else { return .done }
        return EchoEvent(.object(head() + [("choices", []), ("usage", usage)]))
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
