internal import CSluiceOpenSSL

/// AES-256-GCM (NIST SP 800-38D), by libcrypto.
package enum AESGCM {
    package static let keySize = 32
    package static let nonceSize = 12
    package static let tagSize = 16

    /// Encrypts under a new random nonce.
    ///
    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - extra: what is bound to the text without being part of it.
    /// - Returns: nonce, text and tag, one behind the other.
    package static func seal(_ plain: [UInt8], key: [UInt8], extra: [UInt8]) -> [UInt8] {
        precondition(key.count == keySize)
        let nonce = RandomBytes.make(nonceSize)
        var sealed = [UInt8](repeating: 0, count: plain.count)
        var tag = [UInt8](repeating: 0, count: tagSize)
        // Safety: each buffer has the size that its parameter is documented with.
        let isDone = unsafe sluice_gcm_seal(
            key, nonce, extra, Int32(extra.count), plain, Int32(plain.count), &sealed, &tag)
        precondition(isDone == 1, "libcrypto has no AES-256-GCM")
        return nonce + sealed + tag
    }

    /// - Returns: nil if the key is another one, or anything was changed.
    package static func open(_ sealed: [UInt8], key: [UInt8], extra: [UInt8]) -> [UInt8]? {
        guard key.count == keySize, sealed.count >= nonceSize + tagSize else { return nil }
        let nonce = Array(sealed.prefix(nonceSize))
        let tag = Array(sealed.suffix(tagSize))
        let text = Array(sealed.dropFirst(nonceSize).dropLast(tagSize))
        var plain = [UInt8](repeating: 0, count: text.count)
        // Safety: each buffer has the size that its parameter is documented with.
        let isDone = unsafe sluice_gcm_open(
            key, nonce, extra, Int32(extra.count), text, Int32(text.count), tag, &plain)
        return isDone == 1 ? plain : nil
    }
}
