public import SluiceWire

/// A request to an upstream, complete but for its framing, which the transport writes.
public struct UpstreamRequest: Sendable {
    @usableFromInline
    struct Parts: Sendable {
        @usableFromInline var method: HTTPMethod
        @usableFromInline var url: UpstreamURL
        @usableFromInline var target: String
        @usableFromInline var headers: HeaderFields
        @usableFromInline var body: RequestBody
        @usableFromInline var forwarded: HeaderFields
    }

    @usableFromInline var parts: Boxed<Parts>

    /// Sent as it is.
    public var method: HTTPMethod {
        @inlinable _read { yield parts.value.method }
        @inlinable _modify { yield &parts.value.method }
    }
    /// Where the connection leads: scheme, host and port.
    public var url: UpstreamURL {
        @inlinable _read { yield parts.value.url }
        @inlinable _modify { yield &parts.value.url }
    }
    /// Path and query as they go on the request line.
    public var target: String {
        @inlinable _read { yield parts.value.target }
        @inlinable _modify { yield &parts.value.target }
    }
    /// Fields of our own: credential, content type. `host`, `content-length` and `transfer-encoding` are the transport's.
    public var headers: HeaderFields {
        @inlinable _read { yield parts.value.headers }
        @inlinable _modify { yield &parts.value.headers }
    }
    /// The client's fields that go on, but for those that ``headers`` has one of the same name of.
    public var forwarded: HeaderFields {
        @inlinable _read { yield parts.value.forwarded }
        @inlinable _modify { yield &parts.value.forwarded }
    }
    /// Sent whole, or as the beginning of a body that streams.
    public var body: RequestBody {
        @inlinable _read { yield parts.value.body }
        @inlinable _modify { yield &parts.value.body }
    }

    /// A request of these parts.
    public init(
        method: HTTPMethod, url: UpstreamURL, target: String, headers: HeaderFields,
        forwarded: HeaderFields = HeaderFields(), body: RequestBody
    ) {
        parts = Boxed(
            Parts(
                method: method, url: url, target: target, headers: headers, body: body,
                forwarded: forwarded))
    }
}
