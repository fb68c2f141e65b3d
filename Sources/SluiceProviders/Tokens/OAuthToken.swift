internal import SluiceConfig
internal import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// A credential from an authorization server, by the client credentials grant (RFC 6749 section 4.4).
struct OAuthToken: TokenProvider {
    private let url: UpstreamURL
    private let credentials: OAuthClientCredentials
    private let secret: SecretText
    private let shared: SharedValue<String>

    static let timeout = Duration.seconds(30)
    private static let answerLimit = 64 << 10
    /// For servers that do not say how long a token is good.
    private static let defaultLife = 300

    init(
        url: UpstreamURL, credentials: OAuthClientCredentials, secret: SecretText,
        now: @escaping SharedValue<String>.Clock = { .now }
    ) {
        self.url = url
        self.credentials = credentials
        self.secret = secret
        shared = SharedValue(now: now)
    }

    nonisolated(nonsending) func credential(
        for headers: HeaderFields, context: ExchangeContext
    ) async throws -> Credential? {
        Credential(try await shared.value { try await fetch(context) })
    }

    nonisolated(nonsending) func reject(
        _ credential: Credential, context: ExchangeContext
    ) async -> Bool {
        shared.drop { $0 == credential.token }
        return true
    }

    nonisolated(nonsending) private func fetch(
        _ context: ExchangeContext
    ) async throws -> (String, Duration?) {
        var form = [
            ("grant_type", "client_credentials"), ("client_id", credentials.clientID),
            ("client_secret", try await secret.value(context.logger)),
        ]
        if let scope = credentials.scope { form.append(("scope", scope)) }
        if let audience = credentials.audience { form.append(("audience", audience)) }
        var headers = HeaderFields()
        headers.append(.contentType, "application/x-www-form-urlencoded")
        headers.append(.accept, "application/json")
        let request = UpstreamRequest(
            method: .post, url: url, target: url.target(""), headers: headers,
            body: .bytes(Array(Self.encoded(form).utf8)))
        let answer = try await context.fetcher.fetch(
            request, limit: Self.answerLimit, timeout: Self.timeout)
        return try Self.read(answer)
    }

    private static func read(_ answer: FetchedResponse) throws -> (String, Duration?) {
        let root = (try? JSONDocument(parsing: answer.body))?.root
        guard answer.status == 200 else {
            // RFC 6749 section 5.2: a code out of a fixed set. Nothing else of the answer is logged.
            let code = root?["error"]?.string.flatMap { code in
                code.utf8.allSatisfy { $0 == UInt8(ascii: "_") || 0x61...0x7A ~= $0 } ? code : nil
            }
            throw SourceUnavailable(
                "the token endpoint answered with status \(answer.status)"
                    + (code.map { " (\($0.prefix(64)))" } ?? ""))
        }
        guard let token = root?["access_token"]?.string else {
            throw SourceUnavailable("the token endpoint's answer has no access_token")
        }
        let seconds = root?["expires_in"].flatMap { $0.int ?? $0.string.flatMap { Int($0) } }
        let life = min(max(seconds ?? defaultLife, 1), 365 * 86_400)
        // Used up to a minute, or a tenth of its life, before its end.
        return (try checkedToken(token), .seconds(life) - .seconds(life) / max(10, life / 60))
    }

    /// `application/x-www-form-urlencoded`; everything but unreserved characters is escaped.
    private static func encoded(_ form: [(String, String)]) -> String {
        form.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }
}
