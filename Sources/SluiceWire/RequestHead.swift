/// The head of a request: one reference, however many fields it has, because many calls hand it on.
public struct RequestHead: Sendable, Equatable {
    @usableFromInline
    final class Parts: Sendable {
        @usableFromInline let method: HTTPMethod
        @usableFromInline let target: String
        @usableFromInline let path: String
        @usableFromInline let query: String?
        @usableFromInline let version: HTTPVersion
        @usableFromInline let headers: HeaderFields
        @usableFromInline let framing: BodyFraming
        @usableFromInline let keepAlive: Bool
        @usableFromInline let expectsContinue: Bool

        init(
            method: HTTPMethod, target: String, path: String, query: String?,
            version: HTTPVersion, headers: HeaderFields, framing: BodyFraming, keepAlive: Bool,
            expectsContinue: Bool
        ) {
            self.method = method
            self.target = target
            self.path = path
            self.query = query
            self.version = version
            self.headers = headers
            self.framing = framing
            self.keepAlive = keepAlive
            self.expectsContinue = expectsContinue
        }
    }

    @usableFromInline let parts: Parts

    /// The method.
    @inlinable public var method: HTTPMethod { parts.method }
    /// Path and query as they were sent; an absolute-form target is reduced to them, and for
    /// `OPTIONS *` it is `*`. Visible ASCII only.
    @inlinable public var target: String { parts.target }
    /// The target without its query, not decoded: what routes and rights are decided on.
    @inlinable public var path: String { parts.path }
    /// What follows the first question mark of the target, nil without one.
    @inlinable public var query: String? { parts.query }
    /// The version the client speaks.
    @inlinable public var version: HTTPVersion { parts.version }
    /// The header fields; those with an underscore in their name were dropped.
    @inlinable public var headers: HeaderFields { parts.headers }
    /// How the body ends.
    @inlinable public var framing: BodyFraming { parts.framing }
    /// Whether the connection may serve another request after this one.
    @inlinable public var keepAlive: Bool { parts.keepAlive }
    /// Whether the client may be waiting for `100 Continue` before it sends the body.
    @inlinable public var expectsContinue: Bool { parts.expectsContinue }

    /// A request made inside the process, without a body and without a connection to close.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - path: the path, beginning with a slash.
    ///   - query: the query without its question mark.
    ///   - headers: the header fields.
    public init(
        method: HTTPMethod, path: String, query: String? = nil, headers: HeaderFields = .init()
    ) {
        self.init(
            method: method, target: query.map { "\(path)?\($0)" } ?? path, path: path, query: query,
            version: .http11, headers: headers, framing: .none, keepAlive: true,
            expectsContinue: false)
    }

    init(
        method: HTTPMethod, target: String, path: String, query: String?, version: HTTPVersion,
        headers: HeaderFields, framing: BodyFraming, keepAlive: Bool, expectsContinue: Bool
    ) {
        parts = Parts(
            method: method, target: target, path: path, query: query, version: version,
            headers: headers, framing: framing, keepAlive: keepAlive,
            expectsContinue: expectsContinue)
    }

    public static func == (left: RequestHead, right: RequestHead) -> Bool {
        let (left, right) = (left.parts, right.parts)
        return left === right
            || left.method == right.method && left.target == right.target
                && left.version == right.version && left.headers == right.headers
                && left.framing == right.framing && left.keepAlive == right.keepAlive
                && left.expectsContinue == right.expectsContinue
    }
}
