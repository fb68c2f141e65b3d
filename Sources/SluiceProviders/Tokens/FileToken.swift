internal import SluiceCore
internal import SluiceWire

/// A credential in a file that something else rotates.
struct FileToken: TokenProvider {
    private let file: WatchedFile

    init(_ file: WatchedFile) {
        self.file = file
    }

    nonisolated(nonsending) func credential(
        for headers: HeaderFields, context: ExchangeContext
    ) async throws -> Credential? {
        Credential(try checkedToken(try await file.text(context.logger)))
    }

    nonisolated(nonsending) func reject(
        _ credential: Credential, context: ExchangeContext
    ) async -> Bool {
        guard let text = try? await file.reload(context.logger) else { return false }
        return text != credential.token && (try? checkedToken(text)) != nil
    }
}
