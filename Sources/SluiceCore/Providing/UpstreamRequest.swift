public import SluiceWire

/// A request to an upstream, complete but for its framing, which the transport writes.
public struct UpstreamRequest: Sendable {
    /// Sent as it is.
    public var method: HTTPMethod
    /// Where the connection leads: scheme, host and port.
    public var url: UpstreamURL
    /// Path and query as they go on the request line.
    public var target: String
    /// Fields of our own: credential, content type. `host`, `content-length` and `transfer-encoding` are the transport's.
    public var headers: HeaderFields
    /// The client's fields, copied as `policy` allows; none when nil.
    public var forwarded: (fields: HeaderFields, policy: HeaderPolicy)?
    /// Sent whole, or as the beginning of a body that streams.
    public var body: RequestBody

    /// A request of these parts.
    public init(
        method: HTTPMethod, url: UpstreamURL, target: String, headers: HeaderFields,
        forwarded: (fields: HeaderFields, policy: HeaderPolicy)? = nil, body: RequestBody
    ) {
        self.method = method
        self.url = url
        self.target = target
        self.headers = headers
        self.forwarded = forwarded
        self.body = body
    }
}
