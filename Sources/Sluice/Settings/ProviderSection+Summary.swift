internal import SluiceConfig
internal import SluiceCore

extension ProviderSection {
    /// Where a provider is and with what it is asked. What a URL has behind its `?` may be a key.
    static func summary(
        _ section: Section, _ defaultURL: String?, _ token: ValueSource?
    ) throws -> String {
        let place = try section.source("url").map(place) ?? defaultURL.map(withoutQuery) ?? "?"
        return "at \(place), with \(token.map(credential) ?? "no token")"
    }

    private static func place(_ source: ValueSource) -> String {
        switch source {
        case .fixed(let text): withoutQuery(text.reveal())
        case .list(let texts): texts.map(withoutQuery).joined(separator: " and ")
        case .environment(let name): "the URL in the environment variable \(name)"
        case .file(let path): "the URL in \(path)"
        case .command, .client, .oauth: "?"
        }
    }

    private static func withoutQuery(_ text: String) -> String {
        guard let url = try? UpstreamURL(text) else { return "?" }
        return "\(url.scheme)://\(url.authority)\(url.path)"
    }

    /// Only what was found is named: one that is missing is an error.
    private static func credential(_ source: ValueSource) -> String {
        switch source {
        case .fixed, .list: "a token"
        case .environment(let name): "the token in the environment variable \(name)"
        case .file(let path): "the token in \(path)"
        case .command(let words, _): "the token that \(words.first ?? "a program") prints"
        case .client: "the client's own token"
        case .oauth(let credentials): "tokens of \(withoutQuery(credentials.tokenURL))"
        }
    }
}
