internal import CSluiceOpenSSL
internal import SluiceCore
internal import SluiceFiles
internal import Synchronization

/// Certificates and rules of TLS towards clients, ready for handshakes on all loops.
public final class TLSContext: Sendable {
    // Safety: configured before the first handshake and not changed after it; libssl makes connections of it on any thread.
    nonisolated(unsafe) private let context: OpaquePointer
    private let store: CertificateStore
    /// Held as long as libssl may ask for them.
    private let tickets = Mutex<TicketKeys?>(nil)

    public let settings: TLSSettings

    public var certificates: [ServerCertificate] { store.certificates }

    /// - Parameter certificates: at least one; the first is for clients that name no host, or an unknown one.
    /// - Throws: ``InvalidTLS``.
    public init(_ certificates: [ServerCertificate], _ settings: TLSSettings = TLSSettings())
        throws(InvalidTLS)
    {
        store = CertificateStore(certificates)
        self.settings = settings
        let authorities = try settings.clientAuthorityFile.map { file throws(InvalidTLS) in
            try Self.read(file)
        }
        var marks = Self.marks(settings, authorities)
        let made = sluice_tls_context(
            settings.minimum == .v13 ? 1 : 0, TicketKeys.period, &marks)
        guard let made else { throw InvalidTLS(.certificate, "libssl has no context to give") }
        context = made
        for certificate in store.standard where !certificate.add(to: context) {
            throw InvalidTLS(.certificate, "\(certificate.file) cannot be used")
        }
        if let authorities {
            let isRequired: Int32 = settings.clientCertificates == .required ? 1 : 0
            // Safety: the bytes are read during the call only.
            let isUsable = authorities.withUnsafeBytes { bytes in
                sluice_tls_verify_clients(
                    context, bytes.baseAddress, Int32(bytes.count), isRequired)
            }
            guard isUsable == 1 else {
                let file = settings.clientAuthorityFile ?? ""
                throw InvalidTLS(
                    .clientAuthority, "\(file) has no certificate in PEM form, or a broken one")
            }
        }
        // Safety: sessions keep this object, and with it the store, for as long as libssl may call.
        SSL_CTX_set_cert_cb(context, Self.choose, Unmanaged.passUnretained(store).toOpaque())
    }

    deinit {
        SSL_CTX_free(context)
    }

    /// Seals and opens session tickets by these keys from now on; to be called before the first handshake.
    func use(_ keys: TicketKeys) {
        tickets.withLock { $0 = keys }
        sluice_tls_use_tickets(context, keys.keys)
    }

    /// The server's side of a new connection; nil when memory is short.
    func accept(_ descriptor: Int32) -> TLSSession? {
        guard let connection = sluice_tls_new(context, descriptor) else { return nil }
        return TLSSession(connection, descriptor: descriptor, context: self)
    }

    // Safety: libssl hands back what `init` gave it, during a handshake of a session that keeps it alive.
    private static let choose: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 =
        { connection, store in
            guard let connection, let store else { return 0 }
            let certificates = Unmanaged<CertificateStore>.fromOpaque(store).takeUnretainedValue()
            return certificates.choose(for: connection) ? 1 : 0
        }

    /// What a session must have in common with a context that resumes it: under other authorities its client was never verified.
    private static func marks(_ settings: TLSSettings, _ authorities: [UInt8]?) -> [UInt8] {
        var text = Array("\(settings.minimum) ".utf8)
        if let authorities { text += Array("\(settings.clientCertificates) ".utf8) + authorities }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        // Safety: the bytes are read during the call only, and the digest has the length of SHA-256.
        text.withUnsafeBytes { bytes in
            _ = EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil)
        }
        return digest
    }

    private static func read(_ file: String) throws(InvalidTLS) -> [UInt8] {
        do throws(UnreadableFile) {
            return try RegularFile.read(file, limit: ServerCertificate.sizeLimit).bytes
        } catch {
            throw InvalidTLS(.clientAuthority, "\(file) \(error)")
        }
    }
}
