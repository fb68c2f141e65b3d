internal import CSluiceOpenSSL
internal import SluiceCore
internal import SluiceFiles

/// A certificate with its key and the chain that clients need to verify it.
public final class ServerCertificate: Sendable {
    /// Host names, which may begin with `*.`, and addresses; in lower case.
    public let names: [String]
    /// `RSA 2048`, `ECDSA 256`.
    public let keyType: String
    /// Seconds since 1970.
    public let begins: Int
    public let ends: Int
    /// The file it was read from.
    public let file: String
    /// Two certificates with keys of different kinds may be offered for one name.
    let kind: Int32
    // Safety: made here, never changed, and freed in `deinit`; libssl counts its own references to them by atomics.
    nonisolated(unsafe) private let leaf: OpaquePointer
    nonisolated(unsafe) private let key: OpaquePointer
    nonisolated(unsafe) private let chain: OpaquePointer

    /// Of files with certificates and keys.
    package static let sizeLimit = 1 << 20

    /// Reads PEM files.
    ///
    /// - Throws: ``InvalidTLS`` where a file cannot be read or used, or the key is another certificate's.
    public convenience init(file: String, keyFile: String) throws(InvalidTLS) {
        let certificate = try Self.read(file, .certificate)
        var key = try Self.read(keyFile, .key)
        defer { key.resetBytes() }
        try self.init(certificate, key: key, file: file, keyFile: keyFile)
    }

    /// Takes the content of PEM files.
    ///
    /// - Parameters:
    ///   - file: where the certificate comes from, for errors.
    ///   - keyFile: where the key comes from, for errors.
    /// - Throws: ``InvalidTLS``.
    package init(
        _ certificate: [UInt8], key keyText: [UInt8], file: String, keyFile: String
    ) throws(InvalidTLS) {
        sluice_tls_prepare()
        // Safety: the bytes are read during the call only.
        let found = certificate.withUnsafeBytes { bytes in
            sluice_pem_certificates(bytes.baseAddress, Int32(bytes.count))
        }
        guard let chain = found, let leaf = sluice_take_first(chain) else {
            throw InvalidTLS(
                .certificate, "\(file) has no certificate in PEM form, or a broken one")
        }
        let key: OpaquePointer
        do {
            key = try Self.key(keyText, keyFile)
            try Self.check(leaf, key, chain, file, keyFile)
        } catch {
            X509_free(leaf)
            sluice_free_chain(chain)
            throw error
        }
        (self.leaf, self.key, self.chain, self.file) = (leaf, key, chain, file)
        names = Self.names(of: leaf)
        kind = sluice_key_type(key)
        keyType = String(cString: sluice_key_type_name(key)) + " \(EVP_PKEY_get_bits(key))"
        begins = sluice_certificate_begins(leaf)
        ends = sluice_certificate_ends(leaf)
    }

    deinit {
        X509_free(leaf)
        EVP_PKEY_free(key)
        sluice_free_chain(chain)
    }

    /// Adds it to what a context offers to every client.
    func add(to context: OpaquePointer) -> Bool {
        sluice_tls_add(context, leaf, key, chain) == 1
    }

    /// Adds it to what one connection offers.
    func offer(on connection: OpaquePointer) -> Bool {
        sluice_tls_offer(connection, leaf, key, chain) == 1
    }

    private static func key(_ bytes: [UInt8], _ file: String) throws(InvalidTLS) -> OpaquePointer {
        // Safety: the bytes are read during the call only.
        let key = bytes.withUnsafeBytes { sluice_pem_key($0.baseAddress, Int32($0.count)) }
        guard let key else {
            throw InvalidTLS(
                .key, "\(file) has no private key in PEM form, or one that needs a password")
        }
        return key
    }

    /// Takes the key into its hands where it does not fit.
    private static func check(
        _ leaf: OpaquePointer, _ key: OpaquePointer, _ chain: OpaquePointer, _ file: String,
        _ keyFile: String
    ) throws(InvalidTLS) {
        let context = SSL_CTX_new(TLS_server_method())
        defer { SSL_CTX_free(context) }
        if X509_check_private_key(leaf, key) != 1 {
            EVP_PKEY_free(key)
            throw InvalidTLS(.key, "\(keyFile) is not the key of the certificate in \(file)")
        }
        guard let context, sluice_tls_add(context, leaf, key, chain) == 1 else {
            let reason = sluice_tls_reason().map { String(cString: $0) } ?? "unknown reason"
            EVP_PKEY_free(key)
            throw InvalidTLS(.certificate, "\(file) cannot be used: \(reason)")
        }
    }

    private static func read(
        _ file: String, _ place: InvalidTLS.Place
    ) throws(InvalidTLS) -> [UInt8] {
        do throws(UnreadableFile) {
            return try RegularFile.read(file, limit: sizeLimit).bytes
        } catch {
            throw InvalidTLS(place, "\(file) \(error)")
        }
    }

    private static func names(of certificate: OpaquePointer) -> [String] {
        var names: [String] = []
        // Safety: the array outlives the call, which is the only one to use its address.
        withUnsafeMutablePointer(to: &names) { names in
            sluice_certificate_names(certificate, names) { context, name in
                guard let name else { return }
                context?.assumingMemoryBound(to: [String].self).pointee.append(
                    String(cString: name).lowercased())
            }
        }
        return names
    }
}

extension [UInt8] {
    /// Leaves nothing of a secret in memory that is given back.
    fileprivate mutating func resetBytes() {
        for index in indices { self[index] = 0 }
    }
}
