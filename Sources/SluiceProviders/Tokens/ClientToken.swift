internal import SluiceCore
internal import SluiceWire

/// Passes the client's own credential on.
struct ClientToken: TokenProvider {
    nonisolated(nonsending) func credential(
        for headers: HeaderFields, context: ExchangeContext
    ) async throws -> Credential? {
        guard Self.isUnambiguous(headers) else {
            throw ProxyError.invalidRequest(
                "The request has more than one API key.", code: "ambiguous_api_key")
        }
        guard let token = Self.token(headers), let token = try? checkedToken(token) else {
            throw ProxyError(
                status: 401, code: "missing_api_key", fault: .client,
                message: "You didn't provide an API key. You need to provide your API key in an "
                    + "Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
            )
        }
        return Credential(token, isClients: true)
    }

    nonisolated(nonsending) func reject(
        _ credential: Credential, context: ExchangeContext
    ) async -> Bool { false }

    /// Whoever stands between client and provider must not have to choose a credential.
    private static func isUnambiguous(_ headers: HeaderFields) -> Bool {
        let names: [HeaderName] = [.authorization, "api-key", .xAPIKey]
        guard names.allSatisfy({ headers.count(of: $0) <= 1 }) else { return false }
        let bearer = headers[.authorization].map { Self.bearer($0) ?? $0 }
        return Set([bearer, headers["api-key"], headers[.xAPIKey]].compactMap(\.self)).count <= 1
    }

    private static func token(_ headers: HeaderFields) -> String? {
        if let value = headers[.authorization] { return bearer(value) }
        return headers["api-key"] ?? headers[.xAPIKey]
    }

    private static func bearer(_ value: String) -> String? {
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].trimmed)
    }
}
