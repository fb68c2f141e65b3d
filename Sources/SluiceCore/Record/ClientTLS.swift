/// What TLS tells of a client.
public final class ClientTLS: Sendable {
    /// `1.2` or `1.3`.
    public let version: String
    /// The subject of the client's verified certificate in the form of RFC 2253 (`CN=team-blue,O=Example`); nil where it showed none.
    public let subject: String?

    /// What a handshake has shown.
    public init(version: String, subject: String?) {
        self.version = version
        self.subject = subject
    }
}
