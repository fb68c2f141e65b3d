/// How the end of a body is found (RFC 9112 section 6.3).
public enum BodyFraming: Sendable, Equatable {
    /// There is no body.
    case none
    /// The body has so many bytes.
    case length(UInt64)
    /// The body comes in chunks.
    case chunked
    /// The body ends with the connection; only in responses.
    case untilClose
}
