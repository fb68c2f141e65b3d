/// Where a value that may change or must stay hidden comes from: a provider's token, a provider's URL.
///
/// The file says which by the shape of the value: `"…"`, `["…", "…"]`, `{ env = "…" }`, `{ file = "…" }`,
/// `{ command = ["…"], expiry = "10m" }`, `{ client = true }`, or a table with `token_url`.
public indirect enum ValueSource: Sendable {
    /// Written in the file, or put there by a `${VARIABLE}` when it was read.
    case fixed(Secret)
    /// Several values of equal standing, such as the addresses of one service.
    case list([String])
    /// An environment variable, looked up when the value is needed.
    case environment(String)
    /// The absolute path of a file that holds the value and may be replaced while we run.
    case file(path: String)
    /// A program and its arguments; what it prints is the value, good for `expiry`, or for ever when that is nil.
    case command([String], expiry: Duration?)
    /// What the client sent us is passed on.
    case client
    /// A token fetched by the OAuth 2.0 client credentials grant (RFC 6749 section 4.4).
    case oauth(OAuthClientCredentials)
}

/// What is needed to fetch a token by the client credentials grant (RFC 6749 section 4.4).
public struct OAuthClientCredentials: Sendable {
    /// The token endpoint.
    public var tokenURL: String
    /// The public name of this client.
    public var clientID: String
    /// The client's password: ``ValueSource/fixed(_:)``, ``ValueSource/environment(_:)`` or ``ValueSource/file(path:)``.
    public var clientSecret: ValueSource
    /// The scope to ask for, space-separated (RFC 6749 section 3.3).
    public var scope: String?
    /// The `audience` parameter that some authorization servers want.
    public var audience: String?

    /// Makes the set.
    public init(
        tokenURL: String, clientID: String, clientSecret: ValueSource, scope: String? = nil,
        audience: String? = nil
    ) {
        self.tokenURL = tokenURL
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scope = scope
        self.audience = audience
    }
}
