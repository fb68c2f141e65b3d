internal import SluiceCore
internal import SluiceWire
internal import Synchronization

/// The fields that went with the credential used last, as they are the same until that changes.
final class CredentialFields: Sendable {
    private struct Known {
        let token: String
        let fields: HeaderFields
    }

    private let known = Mutex<Known?>(nil)

    /// Nil when another credential was the last; also when another loop has the lock, since making them again is cheaper than waiting.
    func fields(for credential: Credential) -> HeaderFields? {
        let found = known.withLockIfAvailable { known in
            known?.token == credential.token ? known?.fields : nil
        }
        return found ?? nil
    }

    /// Remembers fields. A client's own token is not kept beyond its request.
    func keep(_ fields: HeaderFields, for credential: Credential) {
        guard !credential.isClients else { return }
        known.withLockIfAvailable { $0 = Known(token: credential.token, fields: fields) }
    }
}
