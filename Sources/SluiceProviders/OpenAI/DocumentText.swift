import SluiceJSON

/// The text of a whole answer: messages, completions, calls of tools, and the items of the responses API.
struct DocumentText {
    private(set) var bytes: [UInt8] = []

    init(of body: [UInt8]) {
        guard let document = try? JSONDocument(parsing: body) else { return }
        for choice in document.root["choices"].elements {
            append(choice["text"])
            if let message = choice["message"] { append(message: message) }
        }
        for item in document.root["output"].elements {
            for name in ["name", "arguments", "input"] { append(item[name]) }
            for part in item["content"].elements {
                append(part["text"])
                append(part["refusal"])
            }
            for part in item["summary"].elements { append(part["text"]) }
        }
    }

    private mutating func append(message: JSONValue) {
        for name in ["content", "refusal"] { append(message[name]) }
        for part in message["content"].elements { append(part["text"]) }
        // Some servers tell the same thoughts under two names.
        append(
            message["reasoning_content"]?.string.map { $0.isEmpty } == false
                ? message["reasoning_content"] : message["reasoning"])
        append(message["audio"]?["transcript"])
        append(call: message["function_call"])
        for call in message["tool_calls"].elements {
            append(call: call["function"])
            append(call: call["custom"])
        }
    }

    private mutating func append(call: JSONValue?) {
        for name in ["name", "arguments", "input"] { append(call?[name]) }
    }

    private mutating func append(_ value: JSONValue?) {
        if let string = value?.string { bytes += string.utf8 }
    }
}

extension JSONValue? {
    /// None where there is no array.
    fileprivate var elements: [JSONValue] { map { Array($0.elements) } ?? [] }
}
