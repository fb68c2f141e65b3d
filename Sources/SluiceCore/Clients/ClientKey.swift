internal import SluiceCrypto

/// A key of this proxy: `slk-ID-SECRET`, of which the ID is no secret.
package struct ClientKey: Sendable {
    package let text: String

    package static let idLength = 10
    /// Five bits each: 260 bits.
    private static let secretLength = 52
    private static let prefix = "slk-"
    /// Longer ones are refused without being hashed.
    package static let longest = 512
    /// Shorter ones could be guessed.
    package static let shortest = 20

    /// A new random key.
    package init() {
        text =
            "\(Self.prefix)\(RandomBytes.text(Self.idLength))-\(RandomBytes.text(Self.secretLength))"
    }

    /// A key that is there already, if it can be one.
    package init?(_ text: String) {
        guard Self.shortest...Self.longest ~= text.utf8.count,
            text.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        else { return nil }
        self.text = text
    }

    /// What tells this key from others before anything is computed; nil for keys of another form.
    package var id: String? {
        let bytes = Array(text.utf8)
        return Self.id(in: bytes.span)
    }

    static func id(in key: Span<UInt8>) -> String? {
        guard key.count > 4 + idLength + 1 else { return nil }
        for (index, byte) in prefix.utf8.enumerated() where key[index] != byte { return nil }
        guard key[4 + idLength] == UInt8(ascii: "-") else { return nil }
        let id = (4..<4 + idLength).map { key[$0] }
        guard id.allSatisfy(isIDByte) else { return nil }
        return String(decoding: id, as: UTF8.self)
    }

    static func isID(_ text: some StringProtocol) -> Bool {
        text.utf8.count == idLength && text.utf8.allSatisfy(isIDByte)
    }

    private static func isIDByte(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x61...0x7A ~= byte
    }

    /// What proxy.conf gets of it.
    ///
    /// - Parameter isSlow: by Argon2id, which needs an ``id``; else by SHA-256.
    /// - Returns: nil where there is no ID.
    package func hash(isSlow: Bool) -> KeyHash? {
        let bytes = Array(text.utf8)
        guard isSlow else { return .sha256(SHA256.digest(of: bytes.span)) }
        guard let id, let hash = Argon2id(hashing: bytes) else { return nil }
        return .argon2id(id: id, hash)
    }
}
