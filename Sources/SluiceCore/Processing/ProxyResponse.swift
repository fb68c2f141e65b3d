public import SluiceJSON
public import SluiceWire

/// An answer made by the proxy itself: by a processor, by a provider without upstream, or by a local endpoint.
public struct ProxyResponse: Sendable {
    /// Either bytes, or pieces that are sent as they come.
    public enum Body: Sendable {
        case bytes([UInt8])
        /// Each element is flushed to the client by itself. Whole server-sent events, where the content type says so.
        case pieces(AsyncThrowingStream<[UInt8], any Error>)
    }

    /// The HTTP status, 200 to 599.
    public var status: Int
    /// Header fields, without those of framing.
    public var headers: HeaderFields
    /// What follows the head.
    public var body: Body

    /// An answer of these parts.
    public init(status: Int = 200, headers: HeaderFields = HeaderFields(), body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON answer.
    public static func json(_ document: JSONDocument, status: Int = 200) -> ProxyResponse {
        json(document.bytes, status: status)
    }

    /// A JSON answer whose bytes are there already.
    public static func json(_ bytes: [UInt8], status: Int = 200) -> ProxyResponse {
        typed("application/json", bytes, status: status)
    }

    /// An answer in plain text.
    public static func text(_ text: String, status: Int = 200) -> ProxyResponse {
        typed("text/plain; charset=utf-8", Array(text.utf8), status: status)
    }

    /// A stream of server-sent events.
    public static func events(_ pieces: AsyncThrowingStream<[UInt8], any Error>) -> ProxyResponse {
        var headers = HeaderFields()
        headers.append("content-type", "text/event-stream; charset=utf-8")
        headers.append("cache-control", "no-cache")
        return ProxyResponse(headers: headers, body: .pieces(pieces))
    }

    private static func typed(_ type: String, _ bytes: [UInt8], status: Int) -> ProxyResponse {
        var headers = HeaderFields()
        headers.append("content-type", type)
        return ProxyResponse(status: status, headers: headers, body: .bytes(bytes))
    }
}
