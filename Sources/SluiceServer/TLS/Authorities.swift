internal import CSluiceOpenSSL

/// Texts with the certificates of authorities.
public enum Authorities {
    /// Whether there is at least one certificate in PEM form, and no broken one.
    public static func areIn(_ text: [UInt8]) -> Bool {
        sluice_tls_prepare()
        // Safety: the bytes are read during the call only.
        let found = text.withUnsafeBytes { bytes in
            sluice_pem_certificates(bytes.baseAddress, Int32(clamping: bytes.count))
        }
        guard let found else { return false }
        sluice_free_chain(found)
        return true
    }
}
