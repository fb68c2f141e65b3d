internal import CSluiceOpenSSL
internal import Foundation

/// Files with the certificates of authorities.
public enum Authorities {
    /// Whether a file can be read and has at least one certificate in PEM form, and no broken one.
    public static func areIn(_ file: String) -> Bool {
        sluice_tls_prepare()
        guard let data = FileManager.default.contents(atPath: file) else { return false }
        // Safety: the bytes are read during the call only.
        let found = data.withUnsafeBytes { bytes in
            sluice_pem_certificates(bytes.baseAddress, Int32(clamping: bytes.count))
        }
        guard let found else { return false }
        sluice_free_chain(found)
        return true
    }
}
