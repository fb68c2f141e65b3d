package import SluiceCrypto

/// What proxy.conf has of a client's key: enough to know it by, and nothing to ask with.
package enum KeyHash: Sendable, Hashable {
    /// Enough for keys that are random.
    case sha256(Digest)
    /// For keys that somebody made up. The key says itself which hash is its own, so that a wrong one costs one look.
    case argon2id(id: String, Argon2id)

    /// Reads `sha256:` and 64 hexadecimal digits, or `ID:$argon2id$…` with the ID of a key as ``ClientKey`` has it.
    package init?(_ text: String) {
        if text.hasPrefix("sha256:") {
            guard let digest = Digest(hexadecimal: text.dropFirst(7)) else { return nil }
            self = .sha256(digest)
            return
        }
        guard let colon = text.firstIndex(of: ":"), ClientKey.isID(text[..<colon]),
            let hash = Argon2id(String(text[text.index(after: colon)...]))
        else { return nil }
        self = .argon2id(id: String(text[..<colon]), hash)
    }

    /// By what it is looked up: the same for no two hashes of one directory.
    package var identity: String {
        switch self {
        case .sha256: text
        case .argon2id(let id, _): id
        }
    }

    /// As proxy.conf has it.
    package var text: String {
        switch self {
        case .sha256(let digest): "sha256:\(digest.hexadecimal)"
        case .argon2id(let id, let hash): "\(id):\(hash.encoded)"
        }
    }
}
