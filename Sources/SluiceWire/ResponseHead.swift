/// The head of a response. The reason phrase is not kept: it says nothing that the status does not.
public struct ResponseHead: Sendable, Equatable {
    /// The status code, 100 to 999.
    public var status: Int
    /// The header fields.
    public var headers: HeaderFields
    /// The version the server speaks.
    public var version: HTTPVersion
    /// How the body ends.
    public var framing: BodyFraming
    /// Whether the connection may be used again after the body.
    public var keepAlive: Bool

    /// A response made inside the process, with the framing left to the writer.
    public init(status: Int, headers: HeaderFields = .init()) {
        self.init(
            status: status, headers: headers, version: .http11, framing: .none, keepAlive: true)
    }

    init(
        status: Int, headers: HeaderFields, version: HTTPVersion, framing: BodyFraming,
        keepAlive: Bool
    ) {
        self.status = status
        self.headers = headers
        self.version = version
        self.framing = framing
        self.keepAlive = keepAlive
    }

    /// Whether this is an interim response (1xx), after which the final one still comes.
    public var isInterim: Bool { status < 200 }
}
