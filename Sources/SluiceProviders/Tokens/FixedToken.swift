internal import SluiceConfig
internal import SluiceCore
internal import SluiceWire

/// A credential that stays the same while we run.
struct FixedToken: TokenProvider {
    private let credential: Credential
    var fixedCredential: Credential? { credential }

    init(_ token: String) throws(SourceUnavailable) {
        credential = Credential(try checkedToken(token))
    }

    nonisolated(nonsending) func credential(
        for headers: HeaderFields, context: ExchangeContext
    ) async throws -> Credential? { credential }

    nonisolated(nonsending) func reject(
        _ credential: Credential, context: ExchangeContext
    ) async -> Bool { false }
}

/// A token must fit in a header field: visible ASCII only, so that it can end neither the field nor the message.
func checkedToken(_ text: String) throws(SourceUnavailable) -> String {
    guard !text.isEmpty else { throw SourceUnavailable("the token is empty") }
    guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
        throw SourceUnavailable("the token has spaces, control or non-ASCII characters")
    }
    return text
}
