/// A header name: its bytes in lower case and their hash, made once and compared often.
public struct HeaderName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    let bytes: [UInt8]
    let hash: UInt32
    let hasUnderscore: Bool

    /// Whether the name is a token, and short enough to be stored.
    public let isValid: Bool

    /// A name; upper case becomes lower case.
    ///
    /// A name that is no token (RFC 9110 section 5.6.2) is kept but never matches a field, and
    /// fields are not added under it.
    public init(_ name: String) {
        let bytes = name.utf8.map(Byte.lowercase)
        self.bytes = bytes
        hash = bytes.span.nameHash(bytes.indices)
        hasUnderscore = bytes.contains(Byte.underscore)
        isValid = bytes.count <= Int(UInt16.max) && bytes.span.isToken
    }

    /// A name written in the program.
    public init(stringLiteral value: String) { self.init(value) }

    /// The name in lower case.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Uses the hash made beforehand.
    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    /// Whether two names are the same but for case.
    public static func == (left: HeaderName, right: HeaderName) -> Bool {
        left.hash == right.hash && left.bytes == right.bytes
    }
}

extension HeaderName {
    /// `accept`
    public static let accept: HeaderName = "accept"
    /// `accept-encoding`
    public static let acceptEncoding: HeaderName = "accept-encoding"
    /// `allow`
    public static let allow: HeaderName = "allow"
    /// `authorization`
    public static let authorization: HeaderName = "authorization"
    /// `cache-control`
    public static let cacheControl: HeaderName = "cache-control"
    /// `connection`
    public static let connection: HeaderName = "connection"
    /// `content-encoding`
    public static let contentEncoding: HeaderName = "content-encoding"
    /// `content-length`
    public static let contentLength: HeaderName = "content-length"
    /// `content-type`
    public static let contentType: HeaderName = "content-type"
    /// `cookie`
    public static let cookie: HeaderName = "cookie"
    /// `date`
    public static let date: HeaderName = "date"
    /// `expect`
    public static let expect: HeaderName = "expect"
    /// `host`
    public static let host: HeaderName = "host"
    /// `location`
    public static let location: HeaderName = "location"
    /// `retry-after`
    public static let retryAfter: HeaderName = "retry-after"
    /// `server`
    public static let server: HeaderName = "server"
    /// `set-cookie`
    public static let setCookie: HeaderName = "set-cookie"
    /// `traceparent`
    public static let traceparent: HeaderName = "traceparent"
    /// `transfer-encoding`
    public static let transferEncoding: HeaderName = "transfer-encoding"
    /// `user-agent`
    public static let userAgent: HeaderName = "user-agent"
    /// `www-authenticate`
    public static let wwwAuthenticate: HeaderName = "www-authenticate"
    /// `x-api-key`
    public static let xAPIKey: HeaderName = "x-api-key"
    /// `x-request-id`
    public static let xRequestID: HeaderName = "x-request-id"
    /// `x-should-retry`
    public static let xShouldRetry: HeaderName = "x-should-retry"
}
