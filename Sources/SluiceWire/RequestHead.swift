/// The head of a request.
public struct RequestHead: Sendable, Equatable {
    /// The method.
    public var method: HTTPMethod
    /// Path and query as they were sent; an absolute-form target is reduced to them, and for
    /// `OPTIONS *` it is `*`. Visible ASCII only.
    public var target: String
    /// The target without its query, not decoded: what routes and rights are decided on.
    public var path: String
    /// What follows the first question mark of the target, nil without one.
    public var query: String?
    /// The version the client speaks.
    public var version: HTTPVersion
    /// The header fields; those with an underscore in their name were dropped.
    public var headers: HeaderFields
    /// How the body ends.
    public var framing: BodyFraming
    /// Whether the connection may serve another request after this one.
    public var keepAlive: Bool
    /// Whether the client may be waiting for `100 Continue` before it sends the body.
    public var expectsContinue: Bool

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
