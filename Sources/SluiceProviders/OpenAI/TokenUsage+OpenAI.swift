import SluiceCore
import SluiceJSON
import SluiceWire

extension TokenUsage {
    /// A `usage` object of chat completions, completions, embeddings or responses; nil where it counts nothing.
    init?(openAI value: JSONValue?) {
        guard let value, value.isObject else { return nil }
        var counts = UsageCounts()
        value.forEachMember { counts.note($0, $1) }
        guard let usage = counts.usage else { return nil }
        self = usage
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
    /// The longest `usage` object looked for in a large document, and the longest rest of a small one that is indexed alone.
    private static let longestObject = 4 << 10

    /// Answers have their usage near the end, so the last member of that name is looked at first, and the whole only where that does not do.
    init?(inDocument body: [UInt8]) {
        let name = Self.lastName(in: body.span)
        if let name, body.count - name <= Self.longestObject,
            let usage = UsageScan.usage(in: body.span, at: name)
        {
            self = usage
            return
        }
        guard body.count <= Self.indexedDocument else {
            guard let name, let object = Self.object(of: name, in: body.span),
                let document = try? JSONDocument(parsing: body[object])
            else { return nil }
            self.init(openAI: document.root)
            return
        }
        if let name, body.count - name <= Self.longestObject {
            // What follows an opening bracket is an object only if the member is one of the outermost object.
            var rest: [UInt8] = []
            rest.reserveCapacity(1 + body.count - name)
            rest.append(UInt8(ascii: "{"))
            rest.append(contentsOf: body[name...])
            if let document = try? JSONDocument(parsing: rest),
                let usage = TokenUsage(openAI: document.root["usage"])
            {
                self = usage
                return
            }
        }
        guard let document = try? JSONDocument(parsing: body) else { return nil }
        self.init(root: document.root)
    }

    /// Where the last member named `usage` begins. Inside a string its quotes would have backslashes.
    private static func lastName(in body: Span<UInt8>) -> Int? {
        guard let name = body.lastOffset(of: "\"usage\""),
            name > 0, body[name - 1] != UInt8(ascii: "\\")
        else { return nil }
        return name
    }

    private static func object(of name: Int, in body: Span<UInt8>) -> Range<Int>? {
        guard let start = body.memberValue(after: name + 7), body[start] == UInt8(ascii: "{")
        else { return nil }
        var depth = 0
        var end = start
        let limit = min(body.count, start + longestObject)
        repeat {
            let byte = body[end]
            if byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "}") { depth -= 1 }
            end += 1
        } while depth > 0 && end < limit
        return depth == 0 ? start..<end : nil
    }
}
