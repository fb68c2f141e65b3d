public import SluiceWire

/// A request to an upstream, complete but for its framing, which the transport writes.
public struct UpstreamRequest: Sendable {
    public var method: HTTPMethod
    public var url: UpstreamURL
    /// Path and query as they go on the request line.
    public var target: String
    /// Fields of our own: credential, content type. `host`, `content-length` and `transfer-encoding` are the transport's.
    public var headers: HeaderFields
    /// The client's fields, copied as `policy` allows; none when nil.
    public var forwarded: (fields: HeaderFields, policy: HeaderPolicy)?
    public var body: RequestBody

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
