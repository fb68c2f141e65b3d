internal import SluiceCrypto

/// An encrypted string as it stands in a configuration file: `enc:v1:KEYID:…`.
///
/// AES-256-GCM under the key that the ID names, with a random nonce. It is bound to its version and key, and to no place in the file:
/// whoever may move a value to another section may as well change that section's address, while people rename sections every day.
package struct SealedText: Sendable, Equatable {
    /// Which key it needs.
    package let keyID: String
    private let sealed: [UInt8]

    private static let version = "enc:v1:"
    private static let form = "\(version)KEYID:…"

    /// Whether a string is meant as an encrypted one, whatever its version.
    package static func isMeant(by text: String) -> Bool {
        guard text.hasPrefix("enc:v"), let digit = text.dropFirst(5).first else { return false }
        return digit.isASCII && digit.isNumber
    }

    /// - Throws: ``SecretsUnavailable``.
    package init(_ text: some StringProtocol) throws(SecretsUnavailable) {
        guard text.hasPrefix(Self.version) else {
            throw SecretsUnavailable("is no encrypted value of this version: \(Self.form)")
        }
        let parts = text.dropFirst(Self.version.count)
            .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = parts.first, let digits = parts.last else {
            throw SecretsUnavailable("breaks off: \(Self.form) was expected")
        }
        // Errors show it, so it must be an ID and nothing else.
        guard SecretKey.isID(id) else {
            throw SecretsUnavailable("has no ID of a key in its place: \(Self.form)")
        }
        guard digits.utf8.allSatisfy(Base64URL.isDigit) else {
            throw SecretsUnavailable("holds a character that no encrypted value has")
        }
        guard let sealed = Base64URL.decode(digits),
            sealed.count >= AESGCM.nonceSize + AESGCM.tagSize
        else { throw SecretsUnavailable("breaks off before its end") }
        keyID = String(id)
        self.sealed = sealed
    }

    /// Encrypts a text.
    package init(_ plain: Secret, under key: SecretKey) {
        keyID = key.id
        sealed = AESGCM.seal(
            Array(plain.reveal().utf8), key: key.bytes, extra: Self.bound(to: key.id))
    }

    /// As it stands in the file.
    package var text: String { "\(Self.version)\(keyID):\(Base64URL.encode(sealed))" }

    /// - Throws: ``SecretsUnavailable`` where the key is not there, or the text was changed.
    package func open(with keys: SecretKeys) throws(SecretsUnavailable) -> Secret {
        guard let key = keys.key(keyID) else {
            throw SecretsUnavailable(
                "needs the secret key \(keyID); here is \(keys.ids.joined(separator: ", "))")
        }
        guard let plain = AESGCM.open(sealed, key: key.bytes, extra: Self.bound(to: keyID)),
            let text = String(validating: plain, as: UTF8.self), !text.utf8.contains(0)
        else {
            throw SecretsUnavailable(
                "cannot be decrypted: it was changed or cut since it was encrypted")
        }
        return Secret(text)
    }

    private static func bound(to keyID: String) -> [UInt8] {
        Array("\(version)\(keyID):".utf8)
    }
}
