internal import SluiceCore
internal import SluiceJSON

/// The answer to a chat completion.
struct EchoChat: EchoAnswer {
    private let model: String
    private let includesUsage: Bool
    private let reply: EchoReply
    private let choices: Int
    private let promptTokens: Int
    /// The function that the client insists on, if it does.
    private let tool: String?
    private let id = EchoID.make("chatcmpl-")
    private let created = EchoID.now()

    init(_ document: JSONDocument, model: String, includesUsage: Bool) throws(ProxyError) {
        let root = document.root
        guard let messages = root["messages"], messages.isArray, messages[0] != nil else {
            throw .invalidRequest(
                "Missing required parameter: 'messages'.", parameter: "messages",
                code: "missing_required_parameter")
        }
        self.model = model
        self.includesUsage = includesUsage
        choices = try EchoInput.choices(root)
        promptTokens = EchoInput.promptTokens(messages)
        let text = EchoInput.lastUserText(messages)
        try EchoInput.checkSize(text.utf8.count * choices, "n")
        reply = EchoReply(
            text,
            limit: try EchoInput.limit(root, "max_completion_tokens", "max_tokens"))
        tool = Self.forcedTool(root)
    }

    /// `tool_choice` as `required`, or as the name of one of the tools.
    private static func forcedTool(_ root: JSONValue) -> String? {
        let names = root["tools"]?.elements.compactMap { $0["function"]?["name"]?.string } ?? []
        guard let choice = root["tool_choice"] else { return nil }
        if choice.isString("required") { return names.first }
        return choice["function"]?["name"]?.string.flatMap { names.contains($0) ? $0 : nil }
    }

    private var finishReason: JSONLiteral {
        tool != nil ? "tool_calls" : reply.isCut ? "length" : "stop"
    }

    private var usage: JSONLiteral {
        EchoUsage(
            prompt: promptTokens,
            completion: choices * (tool == nil ? reply.tokens.count : 1)
        ).chat
    }

    func body() -> [UInt8] {
        var members = head("chat.completion")
        members.append(("choices", .array((0..<choices).map(choice))))
        members.append(("usage", usage))
        members.append(("service_tier", "default"))
        members.append(("system_fingerprint", .string(EchoID.fingerprint)))
        var writer = JSONWriter(capacity: 1024)
        writer.value(.object(members))
        return writer.bytes
    }

    private func choice(_ index: Int) -> JSONLiteral {
        var message: [(String, JSONLiteral)] = [
            ("role", "assistant"), ("content", tool == nil ? .string(reply.text) : .null),
        ]
        if let tool { message.append(("tool_calls", [call(tool, arguments: "{}")])) }
        message.append(("refusal", .null))
        message.append(("annotations", []))
        return [
            "index": .int(index), "message": .object(message), "logprobs": .null,
            "finish_reason": finishReason,
        ]
    }

    var eventCount: Int { choices * (steps + 2) + (includesUsage ? 2 : 1) }

    /// Events with content for each choice: its tokens, or the two of a tool call.
    private var steps: Int { tool == nil ? reply.tokens.count : 2 }

    /// All choices' roles, then their content in turn, then their ends, as OpenAI sends them.
    func event(_ index: Int) -> EchoEvent {
        let (round, choice) = index.quotientAndRemainder(dividingBy: choices)
        if round == 0 {
            let content: JSONLiteral = tool == nil ? "" : .null
            return chunk(choice, ["role": "assistant", "content": content, "refusal": .null])
        }
        if round <= steps { return content(choice, step: round - 1) }
        if round == steps + 1 { return chunk(choice, [:], finish: finishReason) }
        let isUsage = includesUsage && index == eventCount - 2
        return isUsage ? EchoEvent(.object(usageChunk())) : .done
    }

    private func content(_ choice: Int, step: Int) -> EchoEvent {
        let delta: JSONLiteral
        switch (tool, step) {
        case (nil, _): delta = ["content": .string(reply.tokens[step])]
        case (let tool?, 0): delta = ["tool_calls": [call(tool, arguments: "", position: 0)]]
        default: delta = ["tool_calls": [["index": 0, "function": ["arguments": "{}"]]]]
        }
        return chunk(choice, delta, isToken: choice == 0)
    }

    private func call(_ name: String, arguments: String, position: Int? = nil) -> JSONLiteral {
        let start: [(String, JSONLiteral)] = position.map { [("index", .int($0))] } ?? []
        return .object(
            start + [
                ("id", .string(EchoID.make("call_", length: 24))), ("type", "function"),
                ("function", ["name": .string(name), "arguments": .string(arguments)]),
            ])
    }

    private func chunk(
        _ index: Int, _ delta: JSONLiteral, finish: JSONLiteral = .null, isToken: Bool = false
    ) -> EchoEvent {
        var members = chunkHead()
        members.append(
            (
                "choices",
                [
                    [
                        "index": .int(index), "delta": delta, "logprobs": .null,
                        "finish_reason": finish,
                    ]
                ]
            ))
        if includesUsage { members.append(("usage", .null)) }
        return EchoEvent(.object(members), isToken: isToken)
    }

    private func usageChunk() -> [(String, JSONLiteral)] {
        chunkHead() + [("choices", []), ("usage", usage)]
    }

    private func chunkHead() -> [(String, JSONLiteral)] {
        head("chat.completion.chunk") + [
            ("service_tier", "default"), ("system_fingerprint", .string(EchoID.fingerprint)),
        ]
    }

    private func head(_ object: JSONLiteral) -> [(String, JSONLiteral)] {
        [
            ("id", .string(id)), ("object", object), ("created", .int(created)),
            ("model", .string(model)),
        ]
    }
}

/// Counts in the shape that each API has for them.
struct EchoUsage {
    let prompt: Int
    let completion: Int

    var chat: JSONLiteral {
        [
            "prompt_tokens": .int(prompt), "completion_tokens": .int(completion),
            "total_tokens": .int(prompt + completion),
            "prompt_tokens_details": ["cached_tokens": 0, "audio_tokens": 0],
            "completion_tokens_details": [
                "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            ],
        ]
    }

    var completions: JSONLiteral {
        [
            "prompt_tokens": .int(prompt), "completion_tokens": .int(completion),
            "total_tokens": .int(prompt + completion),
        ]
    }

    var responses: JSONLiteral {
        [
            "input_tokens": .int(prompt), "input_tokens_details": ["cached_tokens": 0],
            "output_tokens": .int(completion), "output_tokens_details": ["reasoning_tokens": 0],
            "total_tokens": .int(prompt + completion),
        ]
    }
}
