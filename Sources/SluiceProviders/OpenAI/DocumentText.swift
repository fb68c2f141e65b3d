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
            append(item["arguments"])
            for part in item["content"].elements { append(part["text"]) }
        }
    }

    private mutating func append(message: JSONValue) {
        for name in ["content", "reasoning_content", "refusal"] { append(message[name]) }
        for call in message["tool_calls"].elements {
            append(call["function"]?["name"])
            append(call["function"]?["arguments"])
        }
    }

    private mutating func append(_ value: JSONValue?) {
        if let string = value?.string { bytes += string.utf8 }
    }
}

extension JSONValue? {
    /// None where there is no array.
    fileprivate var elements: [JSONValue] { map { Array($0.elements) } ?? [] }
}
