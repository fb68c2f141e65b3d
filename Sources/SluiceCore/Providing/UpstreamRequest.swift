public import SluiceWire

/// A request to an upstream, complete but for its framing, which the transport writes.
public struct UpstreamRequest: Sendable {
    /// One reference, because many calls hand it on. What never changes in place can be read there without being counted.
    ///
    /// Safety: ``forwarded`` is changed only while there is one reference to it, so nobody else can be looking.
    @usableFromInline
    final class Parts: @unchecked Sendable {
        @usableFromInline let method: HTTPMethod
        @usableFromInline let url: UpstreamURL
        @usableFromInline let target: String
        @usableFromInline let headers: HeaderFields
        @usableFromInline let body: RequestBody
        @usableFromInline var forwarded: HeaderFields

        init(
            _ method: HTTPMethod, _ url: UpstreamURL, _ target: String, _ headers: HeaderFields,
            _ forwarded: HeaderFields, _ body: RequestBody
        ) {
            self.method = method
            self.url = url
            self.target = target
            self.headers = headers
            self.forwarded = forwarded
            self.body = body
        }
    }

    @usableFromInline var parts: Parts

    /// Sent as it is.
    public var method: HTTPMethod {
        @inlinable get { parts.method }
        set { parts = Parts(newValue, url, target, headers, forwarded, body) }
    }
    /// Where the connection leads: scheme, host and port.
    public var url: UpstreamURL {
        @inlinable get { parts.url }
        set { parts = Parts(method, newValue, target, headers, forwarded, body) }
    }
    /// Path and query as they go on the request line.
    public var target: String {
        @inlinable get { parts.target }
        set { parts = Parts(method, url, newValue, headers, forwarded, body) }
    }
    /// Fields of our own: credential, content type. `host`, `content-length` and `transfer-encoding` are the transport's.
    public var headers: HeaderFields {
        @inlinable get { parts.headers }
        set { parts = Parts(method, url, target, newValue, forwarded, body) }
    }
    /// Sent whole, or as the beginning of a body that streams.
    public var body: RequestBody {
        @inlinable get { parts.body }
        set { parts = Parts(method, url, target, headers, forwarded, newValue) }
    }
    /// The client's fields that go on, but for those that ``headers`` has one of the same name of.
    public var forwarded: HeaderFields {
        @inlinable get { parts.forwarded }
        set {
            if isKnownUniquelyReferenced(&parts) {
                parts.forwarded = newValue
            } else {
                parts = Parts(method, url, target, headers, newValue, body)
            }
        }
    }

    /// A request of these parts.
    public init(
        method: HTTPMethod, url: UpstreamURL, target: String, headers: HeaderFields,
        forwarded: HeaderFields = HeaderFields(), body: RequestBody
    ) {
        parts = Parts(method, url, target, headers, forwarded, body)
    }
}
