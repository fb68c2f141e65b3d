import SluiceCore
import SluiceJSON
import SluiceWire

extension TokenUsage {
    /// A `usage` object of chat completions, completions, embeddings or responses; nil where it counts nothing.
    init?(openAI value: JSONValue?) {
        guard let value, value.isObject else { return nil }
        var counts = UsageCounts()
        value.forEachMember { counts.note($0, $1) }
        let prompt = counts.prompt ?? counts.input
        let completion = counts.completion ?? counts.output
        guard prompt != nil || completion != nil else { return nil }
        let promptDetails = counts.promptDetails ?? counts.inputDetails
        let completionDetails = counts.completionDetails ?? counts.outputDetails
        let cached = promptDetails?["cached_tokens"]?.int ?? counts.cacheHits
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
    /// The longest `usage` object looked for, and how much may stand behind one for its depth to be asked.
    private static let longestObject = 4 << 10
    private static let longestTail = 1 << 10

    /// Answers have their usage near the end, so the last object of that name is looked at alone. Where it is not a member of the outermost
    /// object, the whole document is indexed, unless that is too large: then the last one counts.
    init?(inDocument body: [UInt8]) {
        let isIndexed = body.count <= Self.indexedDocument
        if let object = Self.lastObject(in: body.span),
            !isIndexed || Self.isAtTop(body.span, endingAt: object.upperBound),
            let part = try? JSONDocument(parsing: body[object]),
            let usage = TokenUsage(openAI: part.root)
        {
            self = usage
            return
        }
        guard isIndexed, let document = try? JSONDocument(parsing: body) else { return nil }
        self.init(root: document.root)
    }

    /// The object behind the last `"usage"`. Inside a string its quotes would have backslashes.
    private static func lastObject(in body: Span<UInt8>) -> Range<Int>? {
        guard let name = body.lastOffset(of: "\"usage\""),
            name > 0, body[name - 1] != UInt8(ascii: "\\"),
            let start = body.memberValue(after: name + 7), body[start] == UInt8(ascii: "{")
        else { return nil }
        var depth = 0
        var end = start
        let limit = min(body.count, start + longestObject)
        repeat {
            let byte = body[end]
            if byte == UInt8(ascii: "{") { depth &+= 1 }
            if byte == UInt8(ascii: "}") { depth &-= 1 }
            end &+= 1
        } while depth > 0 && end < limit
        return depth == 0 ? start..<end : nil
    }

    /// Whether just one bracket is still open behind `end`, which stands outside of strings.
    private static func isAtTop(_ body: Span<UInt8>, endingAt end: Int) -> Bool {
        guard body.count - end <= longestTail else { return false }
        var depth = 1
        var isInString = false
        var position = end
        while position < body.count {
            switch body[position] {
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "\\"): position += 1
            case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString:
                depth += 1
            case UInt8(ascii: "}") where !isInString, UInt8(ascii: "]") where !isInString:
                depth -= 1
            default: break
            }
            position += 1
        }
        return depth == 0 && !isInString
    }
}
