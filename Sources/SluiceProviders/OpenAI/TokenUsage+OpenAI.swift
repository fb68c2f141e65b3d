import SluiceCore
import SluiceJSON
import SluiceWire

extension TokenUsage {
    /// A `usage` object of chat completions, completions, embeddings or responses; nil where it counts nothing.
    init?(openAI value: JSONValue?) {
        guard let value, value.isObject else { return nil }
        let prompt = value["prompt_tokens"]?.int ?? value["input_tokens"]?.int
        let completion = value["completion_tokens"]?.int ?? value["output_tokens"]?.int
        guard prompt != nil || completion != nil else { return nil }
        let promptDetails = value["prompt_tokens_details"] ?? value["input_tokens_details"]
        let completionDetails =
            value["completion_tokens_details"] ?? value["output_tokens_details"]
        // DeepSeek counts its cache beside the details.
        let cached =
            promptDetails?["cached_tokens"]?.int ?? value["prompt_cache_hit_tokens"]?.int
        self.init(
            promptTokens: prompt ?? 0, completionTokens: completion ?? 0,
            cachedTokens: cached ?? 0,
            reasoningTokens: completionDetails?["reasoning_tokens"]?.int ?? 0)
    }

    /// The usage of one event or document: at its top, or where Groq puts it.
    init?(root: JSONValue) {
        if let usage = TokenUsage(openAI: root["usage"]) {
            self = usage
        } else if let usage = TokenUsage(openAI: root["x_groq"]?["usage"]) {
            self = usage
        } else {
            return nil
        }
    }

    /// Larger documents are not indexed for their usage alone.
    static let indexedDocument = 64 << 10
    /// The longest `usage` object looked for in a large document.
    private static let longestObject = 4 << 10

    init?(inDocument body: [UInt8]) {
        if body.count <= Self.indexedDocument {
            guard let document = try? JSONDocument(parsing: body) else { return nil }
            self.init(root: document.root)
        } else {
            self.init(lastIn: body)
        }
    }

    /// The object behind the last `"usage"`: answers have theirs at the end or, in front of long content, nothing of that name after it.
    private init?(lastIn body: [UInt8]) {
        let span = body.span
        guard let name = span.lastOffset(of: "\"usage\""),
            let start = span.memberValue(after: name + 7), span[start] == UInt8(ascii: "{")
        else { return nil }
        var depth = 0
        var end = start
        repeat {
            if span[end] == UInt8(ascii: "{") { depth += 1 }
            if span[end] == UInt8(ascii: "}") { depth -= 1 }
            end += 1
        } while depth > 0 && end < span.count && end - start < Self.longestObject
        guard depth == 0, let object = try? JSONDocument(parsing: body[start..<end]) else {
            return nil
        }
        self.init(openAI: object.root)
    }
}
