internal import SluiceCore
internal import SluiceJSON

/// The answer of the responses API: one message with one part of text.
struct EchoResponse: EchoAnswer {
    private let model: String
    private let reply: EchoReply
    private let promptTokens: Int
    private let instructions: JSONLiteral
    private let id = EchoID.hexadecimal("resp_")
    private let messageID = EchoID.hexadecimal("msg_")
    private let created = EchoID.now()

    init(_ document: JSONDocument, model: String) throws(ProxyError) {
        let root = document.root
        guard let input = root["input"], !input.isNull else {
            throw .invalidRequest(
                "Missing required parameter: 'input'.", parameter: "input",
                code: "missing_required_parameter")
        }
        self.model = model
        let text = input.string ?? EchoInput.lastUserText(input)
        let system = root["instructions"]?.string
        instructions = system.map { .string($0) } ?? .null
        let inputTokens = input.string.map(EchoTokens.count) ?? EchoInput.promptTokens(input)
        promptTokens = inputTokens + EchoTokens.count(system ?? "")
        reply = EchoReply(text, limit: try EchoInput.limit(root, "max_output_tokens"))
    }

    private var endStatus: JSONLiteral { reply.isCut ? "incomplete" : "completed" }

    func body() -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.value(response(isOver: true))
        return writer.bytes
    }

    /// Four events before the text and four after it.
    var eventCount: Int { reply.tokens.count + 8 }

    func event(_ index: Int) -> EchoEvent {
        let isToken = 4..<4 + reply.tokens.count ~= index
        let (type, members) =
            isToken
            ? ("response.output_text.delta", delta(reply.tokens[index - 4]))
            : index < 4 ? opening(index) : closing(index - 4 - reply.tokens.count)
        let start: [(String, JSONLiteral)] = [
            ("type", .string(type)), ("sequence_number", .int(index)),
        ]
        return EchoEvent(.object(start + members), type: type, isToken: isToken)
    }

    private func opening(_ index: Int) -> (String, [(String, JSONLiteral)]) {
        switch index {
        case 0: ("response.created", [("response", response(isOver: false))])
        case 1: ("response.in_progress", [("response", response(isOver: false))])
        case 2:
            (
                "response.output_item.added",
                [("output_index", 0), ("item", message("in_progress", content: []))]
            )
        default: ("response.content_part.added", place + [("part", part(""))])
        }
    }

    private func delta(_ token: String) -> [(String, JSONLiteral)] {
        place + [("delta", .string(token)), ("logprobs", [])]
    }

    private func closing(_ index: Int) -> (String, [(String, JSONLiteral)]) {
        switch index {
        case 0:
            (
                "response.output_text.done",
                place + [("text", .string(reply.text)), ("logprobs", [])]
            )
        case 1: ("response.content_part.done", place + [("part", part(reply.text))])
        case 2:
            (
                "response.output_item.done",
                [
                    ("output_index", 0),
                    ("item", message(endStatus, content: [part(reply.text)])),
                ]
            )
        default:
            (
                reply.isCut ? "response.incomplete" : "response.completed",
                [("response", response(isOver: true))]
            )
        }
    }

    /// Where the text stands in the response.
    private var place: [(String, JSONLiteral)] {
        [("item_id", .string(messageID)), ("output_index", 0), ("content_index", 0)]
    }

    private func part(_ text: String) -> JSONLiteral {
        ["type": "output_text", "annotations": [], "logprobs": [], "text": .string(text)]
    }

    private func message(_ status: JSONLiteral, content: JSONLiteral) -> JSONLiteral {
        [
            "id": .string(messageID), "type": "message", "status": status, "content": content,
            "role": "assistant",
        ]
    }

    private func response(isOver: Bool) -> JSONLiteral {
        let usage = EchoUsage(prompt: promptTokens, completion: reply.tokens.count)
        let output: JSONLiteral = isOver ? [message(endStatus, content: [part(reply.text)])] : []
        return [
            "id": .string(id), "object": "response", "created_at": .int(created),
            "status": isOver ? endStatus : "in_progress", "background": false, "error": .null,
            "incomplete_details": isOver && reply.isCut
                ? ["reason": "max_output_tokens"] : .null,
            "instructions": instructions, "max_output_tokens": .null, "model": .string(model),
            "output": output, "parallel_tool_calls": true, "previous_response_id": .null,
            "reasoning": ["effort": .null, "summary": .null], "service_tier": "default",
            "store": false, "temperature": 1.0, "text": ["format": ["type": "text"]],
            "tool_choice": "auto", "tools": [], "top_p": 1.0, "truncation": "disabled",
            "usage": isOver ? usage.responses : .null, "user": .null, "metadata": [:],
        ]
    }
}
