/// A header name: a known one is a number, any other its bytes in lower case.
public struct HeaderName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    let known: KnownName
    /// Nil for a known name.
    private let spelling: [UInt8]?
    let hasUnderscore: Bool

    /// Whether the name is a token, and short enough to be stored.
    public let isValid: Bool

    /// A name; upper case becomes lower case.
    ///
    /// A name that is no token (RFC 9110 section 5.6.2) is kept but never matches a field, and
    /// fields are not added under it.
    public init(_ name: String) {
        let bytes = name.utf8.map(Byte.lowercase)
        known = KnownName(bytes.span)
        guard known == .other else {
            (spelling, hasUnderscore, isValid) = (nil, false, true)
            return
        }
        spelling = bytes
        hasUnderscore = bytes.contains(Byte.underscore)
        isValid = bytes.count <= Int(UInt16.max) && bytes.span.isToken
    }

    init(_ known: KnownName) {
        self.known = known
        spelling = nil
        hasUnderscore = false
        isValid = true
    }

    /// A name written in the program.
    public init(stringLiteral value: String) { self.init(value) }

    /// The name in lower case.
    public var description: String {
        withBytes { String(copying: 0..<$0.count, of: $0) }
    }

    /// Lends the name in lower case.
    func withBytes<Result>(_ use: (Span<UInt8>) -> Result) -> Result {
        if let spelling { return use(spelling.span) }
        return known.text.withUTF8Buffer { use($0.span) }
    }

    /// Whether two names are the same but for case.
    public static func == (left: HeaderName, right: HeaderName) -> Bool {
        left.known == right.known && left.spelling == right.spelling
    }

    /// A known name hashes as its number.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(known)
        if let spelling { hasher.combine(spelling) }
    }
}

// Computed and not stored: the first access to a stored one has to be told from the others each time.
extension HeaderName {
    /// `accept`
    public static var accept: HeaderName { HeaderName(KnownName.accept) }
    /// `accept-encoding`
    public static var acceptEncoding: HeaderName { HeaderName(KnownName.acceptEncoding) }
    /// `allow`
    public static var allow: HeaderName { HeaderName(KnownName.allow) }
    /// `api-key`
    public static var apiKey: HeaderName { HeaderName(KnownName.apiKey) }
    /// `authorization`
    public static var authorization: HeaderName { HeaderName(KnownName.authorization) }
    /// `cache-control`
    public static var cacheControl: HeaderName { HeaderName(KnownName.cacheControl) }
    /// `connection`
    public static var connection: HeaderName { HeaderName(KnownName.connection) }
    /// `content-encoding`
    public static var contentEncoding: HeaderName { HeaderName(KnownName.contentEncoding) }
    /// `content-length`
    public static var contentLength: HeaderName { HeaderName(KnownName.contentLength) }
    /// `content-type`
    public static var contentType: HeaderName { HeaderName(KnownName.contentType) }
    /// `cookie`
    public static var cookie: HeaderName { HeaderName(KnownName.cookie) }
    /// `date`
    public static var date: HeaderName { HeaderName(KnownName.date) }
    /// `expect`
    public static var expect: HeaderName { HeaderName(KnownName.expect) }
    /// `host`
    public static var host: HeaderName { HeaderName(KnownName.host) }
    /// `location`
    public static var location: HeaderName { HeaderName(KnownName.location) }
    /// `retry-after`
    public static var retryAfter: HeaderName { HeaderName(KnownName.retryAfter) }
    /// `server`
    public static var server: HeaderName { HeaderName(KnownName.server) }
    /// `set-cookie`
    public static var setCookie: HeaderName { HeaderName(KnownName.setCookie) }
    /// `traceparent`
    public static var traceparent: HeaderName { HeaderName(KnownName.traceparent) }
    /// `te`
    public static var te: HeaderName { HeaderName(KnownName.te) }
    /// `transfer-encoding`
    public static var transferEncoding: HeaderName { HeaderName(KnownName.transferEncoding) }
    /// `user-agent`
    public static var userAgent: HeaderName { HeaderName(KnownName.userAgent) }
    /// `www-authenticate`
    public static var wwwAuthenticate: HeaderName { HeaderName(KnownName.wwwAuthenticate) }
    /// `x-api-key`
    public static var xAPIKey: HeaderName { HeaderName(KnownName.xAPIKey) }
    /// `x-request-id`
    public static var xRequestID: HeaderName { HeaderName(KnownName.xRequestID) }
    /// `x-should-retry`
    public static var xShouldRetry: HeaderName { HeaderName(KnownName.xShouldRetry) }
}
