public import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// Errors and streams as OpenAI's clients expect them.
public struct OpenAIDialect: ClientDialect {
    public init() {}

    public func errorBody(_ error: ProxyError) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { $0.member("error", Self.object(error)) }
        return writer.bytes
    }

    /// OpenAI's SDKs raise an error for an event whose data has an `error` member, whatever the event's type.
    public func errorEvent(
        _ error: ProxyError, endpoint: Endpoint, eventsBefore: Int
    ) -> [UInt8] {
        guard endpoint == .responses else {
            return Array("data: ".utf8) + errorBody(error) + Array("\n\n".utf8)
        }
        var writer = JSONWriter(capacity: 512)
        writer.object {
            $0.member("type", "error")
            $0.member("code", .string(error.code))
            $0.member("message", .string(error.message))
            $0.member("param", error.parameter.map { .string($0) } ?? .null)
            $0.member("sequence_number", .int(eventsBefore))
            $0.member("error", Self.object(error))
        }
        return Array("event: error\ndata: ".utf8) + writer.bytes + Array("\n\n".utf8)
    }

    public func makeStreamReader(for endpoint: Endpoint) -> any StreamReader {
        switch endpoint {
        case .chatCompletions, .completions, .embeddings: OpenAIStreamReader()
        case .responses, .other("responses"): ResponsesStreamReader()
        case .other: UnknownStreamReader()
        }
    }

    public func usage(inDocument body: [UInt8], endpoint: Endpoint) -> TokenUsage? {
        TokenUsage(inDocument: body)
    }

    public func producedText(inDocument body: [UInt8], endpoint: Endpoint) -> [UInt8] {
        DocumentText(of: body).bytes
    }

    public func isUnfinished(document body: [UInt8], endpoint: Endpoint) -> Bool {
        guard endpoint == .responses, let document = try? JSONDocument(parsing: body) else {
            return false
        }
        let status = document.root["status"]?.string
        return status == "queued" || status == "in_progress"
    }

    private static func object(_ error: ProxyError) -> JSONLiteral {
        let type = error.kind ?? type(of: error)
        let hasNoCode =
            (error.kind == nil && error.code == type) || error.code == ProxyError.invalidJSONCode
        return [
            "message": .string(error.message),
            "type": .string(type),
            "param": error.parameter.map { .string($0) } ?? .null,
            "code": hasNoCode ? .null : .string(error.code),
        ]
    }

    /// The `type` that OpenAI's API has for such an error. The SDKs choose their exceptions by the status alone.
    private static func type(of error: ProxyError) -> String {
        switch error.status {
        case 429: error.code.contains("token") ? "tokens" : "requests"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }
}

/// Reads streams of paths that are only passed on: what ends them is not known, so none counts as cut between events.
struct UnknownStreamReader: StreamReader {
    var usage: TokenUsage? { nil }
    mutating func read(_ event: Span<UInt8>) -> EventFacts { .terminal }
}
