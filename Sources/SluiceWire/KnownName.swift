/// The header names that framing, policies and routing ask for. A field that has one is told from others by one integer.
enum KnownName: UInt8, Sendable, CaseIterable {
    /// Any other name: its bytes have to be compared.
    case other
    case te
    case date, host
    case allow
    case accept, cookie, expect, server, cfRay
    case apiKey, trailer, upgrade
    case location
    case xAPIKey
    case connection, keepAlive, setCookie, tracestate, requestID
    case openAIBeta, retryAfter, userAgent, traceparent, xMSRegion
    case contentType, xRequestID
    case authorization, cacheControl
    case contentLength, retryAfterMS, openAIProject, xShouldRetry
    case acceptEncoding, apimRequestID, xMSRequestID
    case contentEncoding, proxyConnection, wwwAuthenticate
    case transferEncoding
    case proxyAuthenticate
    case proxyAuthorization, contentDisposition, openAIOrganization, xMSRetryAfterMS

    /// The name in lower case; empty for ``other``.
    var text: StaticString {
        @inline(__always) get {
            switch self {
            case .other: ""
            case .te: "te"
            case .date: "date"
            case .host: "host"
            case .allow: "allow"
            case .accept: "accept"
            case .cookie: "cookie"
            case .expect: "expect"
            case .server: "server"
            case .cfRay: "cf-ray"
            case .trailer: "trailer"
            case .upgrade: "upgrade"
            case .location: "location"
            case .apiKey: "api-key"
            case .xAPIKey: "x-api-key"
            case .connection: "connection"
            case .keepAlive: "keep-alive"
            case .setCookie: "set-cookie"
            case .tracestate: "tracestate"
            case .requestID: "request-id"
            case .retryAfter: "retry-after"
            case .openAIBeta: "openai-beta"
            case .userAgent: "user-agent"
            case .traceparent: "traceparent"
            case .xMSRegion: "x-ms-region"
            case .contentType: "content-type"
            case .xRequestID: "x-request-id"
            case .authorization: "authorization"
            case .cacheControl: "cache-control"
            case .contentLength: "content-length"
            case .retryAfterMS: "retry-after-ms"
            case .openAIProject: "openai-project"
            case .xShouldRetry: "x-should-retry"
            case .acceptEncoding: "accept-encoding"
            case .apimRequestID: "apim-request-id"
            case .xMSRequestID: "x-ms-request-id"
            case .contentEncoding: "content-encoding"
            case .proxyConnection: "proxy-connection"
            case .wwwAuthenticate: "www-authenticate"
            case .transferEncoding: "transfer-encoding"
            case .proxyAuthenticate: "proxy-authenticate"
            case .proxyAuthorization: "proxy-authorization"
            case .contentDisposition: "content-disposition"
            case .openAIOrganization: "openai-organization"
            case .xMSRetryAfterMS: "x-ms-retry-after-ms"
            }
        }
    }

    /// The name's place in a set of names.
    var bit: UInt64 { 1 &<< UInt64(rawValue) }

    /// Tells a name in lower case; ``other`` if it is none of these.
    init(_ name: Span<UInt8>) {
        let candidate = Self.candidate(name)
        self = name.isText(candidate.text) ? candidate : .other
    }
}
