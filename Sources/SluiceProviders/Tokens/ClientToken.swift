internal import SluiceCore
internal import SluiceWire

/// Passes the client's own credential on.
struct ClientToken: TokenProvider {
    nonisolated(nonsending) func credential(
        for headers: HeaderFields, context: ExchangeContext
    ) async throws -> Credential? {
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

    private static func token(_ headers: HeaderFields) -> String? {
        if let value = headers[.authorization] {
            let parts = value.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return String(parts[1].trimmed)
        }
        return headers["api-key"] ?? headers[.xAPIKey]
    }
}
