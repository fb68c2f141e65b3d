/// The protocol versions that are spoken.
public enum HTTPVersion: Sendable, Hashable {
    /// HTTP/1.0: connections close unless `keep-alive` is said, and no transfer codings.
    case http10
    /// HTTP/1.1.
    case http11
}
