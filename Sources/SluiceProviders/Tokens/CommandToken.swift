internal import SluiceCore
internal import SluiceWire

/// A credential that a program prints.
struct CommandToken: TokenProvider {
    private let command: Command
    private let expiry: Duration?
    private let shared: SharedValue<String>

    /// - Parameter expiry: how long what it prints is good; nil for ever, or until the upstream refuses it.
    init(
        _ command: Command, expiry: Duration?,
        now: @escaping SharedValue<String>.Clock = { .now }
    ) {
        self.command = command
        self.expiry = expiry
        shared = SharedValue(now: now)
    }

    nonisolated(nonsending) func credential(
        for headers: HeaderFields, context: ExchangeContext
    ) async throws -> Credential? {
        let token = try await shared.value {
            (try checkedToken(try await command.run()), expiry)
        }
        return Credential(token)
    }

    nonisolated(nonsending) func reject(
        _ credential: Credential, context: ExchangeContext
    ) async -> Bool {
        shared.drop { $0 == credential.token }
        return true
    }
}
