public import SluiceWire

/// Tells with what credential a provider is asked. Asked once per attempt.
public protocol TokenProvider: Sendable {
    /// - Parameter headers: the client's fields, for providers that pass its own credential on.
    /// - Throws: ``ProxyError`` when there is none to be had.
    nonisolated(nonsending) func credential(
        for headers: HeaderFields, context: ExchangeContext
    ) async throws -> Credential?

    /// Hears that the upstream refused this credential with 401. The next ``credential(for:context:)`` should be a new one.
    ///
    /// - Returns: whether asking again can bring another credential; if so the attempt is repeated once.
    nonisolated(nonsending) func reject(
        _ credential: Credential, context: ExchangeContext
    ) async -> Bool

    /// The one credential, where there is never another: then nothing has to be asked, or waited for.
    var fixedCredential: Credential? { get }
}

extension TokenProvider {
    public var fixedCredential: Credential? { nil }
}

/// A secret for an upstream. Printing one shows nothing.
public struct Credential: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// The token itself: an API key or a bearer token.
    public let token: String
    /// Whether it is the client's own, so that an upstream's 401 is the client's affair.
    public let isClients: Bool

    /// - Parameter isClients: whether the client sent it.
    public init(_ token: String, isClients: Bool = false) {
        self.token = token
        self.isClients = isClients
    }

    public var description: String { "<credential>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
