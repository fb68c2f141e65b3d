internal import Foundation
public import SluiceConfig
public import SluiceCore

/// Makes the ``TokenProvider`` that a section's `token` describes.
public enum TokenProviders {
    /// - Parameters:
    ///   - source: from `section.source(key)`.
    ///   - section: the section, for errors.
    ///   - key: the key, for errors.
    ///   - environment: the variables to look in; nil takes those of this process.
    /// - Throws: `ConfigurationError`, which never says what the secret is.
    public static func make(
        from source: ValueSource, section: Section, key: String = "token",
        environment: [String: String]? = nil
    ) throws -> any TokenProvider {
        let environment = environment ?? ProcessInfo.processInfo.environment
        do {
            switch source {
            case .fixed(let secret): return try FixedToken(secret.reveal())
            case .environment(let name): return try FixedToken(variable(name, environment))
            case .file(let path):
                let file = WatchedFile(path: path)
                _ = try checkedToken(try file.loadNow())
                return FileToken(file)
            case .command(let words, let expiry):
                let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
                guard let command = Command(words, path: path) else {
                    throw SourceUnavailable("there is no such program")
                }
                return CommandToken(command, expiry: expiry)
            case .client: return ClientToken()
            case .oauth(let credentials): return try oauth(credentials, environment)
            case .list: throw SourceUnavailable("a list of tokens has no meaning here")
            }
        } catch let error as SourceUnavailable {
            throw section.error(error.description, key: key)
        }
    }

    private static func oauth(
        _ credentials: OAuthClientCredentials, _ environment: [String: String]
    ) throws -> OAuthToken {
        let url: UpstreamURL
        do {
            url = try UpstreamURL(credentials.tokenURL)
        } catch {
            throw SourceUnavailable("'token_url': \(error.reason)")
        }
        let secret: SecretText
        switch credentials.clientSecret {
        case .fixed(let text): secret = .fixed(text)
        case .environment(let name): secret = .fixed(Secret(try variable(name, environment)))
        case .file(let path):
            let file = WatchedFile(path: path)
            _ = try file.loadNow()
            secret = .file(file)
        default:
            throw SourceUnavailable(
                "'client_secret' is a string, { env = … } or { file = … }")
        }
        return OAuthToken(url: url, credentials: credentials, secret: secret)
    }

    static func variable(
        _ name: String, _ environment: [String: String]
    ) throws(SourceUnavailable) -> String {
        guard let value = environment[name] else {
            throw SourceUnavailable("the environment variable '\(name)' is not set")
        }
        guard !value.isEmpty else {
            throw SourceUnavailable("the environment variable '\(name)' is empty")
        }
        return value
    }
}
