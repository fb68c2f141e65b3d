internal import SluiceCrypto

/// A key that secrets in a configuration file are encrypted under. Printing one shows its ID alone.
package struct SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// Eight digits that tell this key from others and nothing else: a part of a digest of the key.
    package let id: String
    let bytes: [UInt8]

    package static let prefix = "sluicekey-"

    /// A new random key of 256 bits.
    package init() {
        self.init(bytes: RandomBytes.make(AESGCM.keySize))
    }

    /// Reads a key as ``text`` writes it; nil for anything else.
    init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix),
            let bytes = Base64URL.decode(text.dropFirst(Self.prefix.count)),
            bytes.count == AESGCM.keySize
        else { return nil }
        self.init(bytes: bytes)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        let purpose = Array("sluice secret key ID".utf8)
        id = String(SHA256.digest(of: bytes.span, after: purpose.span).hexadecimal.prefix(8))
    }

    static func isID(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 8 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }

    /// The key itself, as `sluice secret new-key` prints it.
    package var text: String { Self.prefix + Base64URL.encode(bytes) }

    package var description: String { "<secret key \(id)>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
