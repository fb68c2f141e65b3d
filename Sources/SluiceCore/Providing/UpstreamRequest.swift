public import SluiceWire

/// A request to an upstream, complete but for its framing, which the transport writes.
public struct UpstreamRequest: Sendable {
    private struct Parts: Sendable {
        var method: HTTPMethod
        var url: UpstreamURL
        var target: String
        var headers: HeaderFields
        var body: RequestBody
        var forwarded: (fields: HeaderFields, policy: HeaderPolicy)?
    }

    private var parts: Boxed<Parts>

    /// Sent as it is.
    public var method: HTTPMethod {
        get { parts.value.method }
        set { parts.value.method = newValue }
    }
    /// Where the connection leads: scheme, host and port.
    public var url: UpstreamURL {
        _read { yield parts.value.url }
        _modify { yield &parts.value.url }
    }
    /// Path and query as they go on the request line.
    public var target: String {
        get { parts.value.target }
        set { parts.value.target = newValue }
    }
    /// Fields of our own: credential, content type. `host`, `content-length` and `transfer-encoding` are the transport's.
    public var headers: HeaderFields {
        _read { yield parts.value.headers }
        _modify { yield &parts.value.headers }
    }
    /// The client's fields, copied as `policy` allows; none when nil.
    public var forwarded: (fields: HeaderFields, policy: HeaderPolicy)? {
        get { parts.value.forwarded }
        _modify { yield &parts.value.forwarded }
    }
    /// Sent whole, or as the beginning of a body that streams.
    public var body: RequestBody {
        _read { yield parts.value.body }
        _modify { yield &parts.value.body }
    }

    /// A request of these parts.
    public init(
        method: HTTPMethod, url: UpstreamURL, target: String, headers: HeaderFields,
        forwarded: (fields: HeaderFields, policy: HeaderPolicy)? = nil, body: RequestBody
    ) {
        parts = Boxed(
            Parts(
                method: method, url: url, target: target, headers: headers, body: body,
                forwarded: forwarded))
    }
}
