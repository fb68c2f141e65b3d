internal import CSluiceOpenSSL
import Glibc

/// What a ``RawClient`` asks of TLS.
public struct TLSWishes: Sendable {
    /// The name to ask for; nil asks for none.
    public var name: String?
    /// A PEM file; nil verifies nothing.
    public var authority: String?
    /// Names of protocols for ALPN.
    public var protocols: [String] = []
    /// The only version spoken: `1.2` or `1.3`.
    public var version = "1.3"
    /// PEM files of a client's certificate and its key.
    public var certificate: (file: String, key: String)?
    /// Signature algorithms by libssl's names.
    public var algorithms: String?
    /// Resumes this session.
    public var session: TLSTicket?

    public init() {}
}

/// A session that another connection may resume.
///
/// Safety: libssl counts references by atomics, and the session is not changed any more.
public final class TLSTicket: @unchecked Sendable {
    let session: OpaquePointer

    init(_ session: OpaquePointer) {
        self.session = session
    }

    deinit { SSL_SESSION_free(session) }
}

/// A client's TLS over a blocking socket.
public final class TLSLayer {
    // Safety: owned by this object and used by one thread.
    private let context: OpaquePointer
    private let connection: OpaquePointer

    /// Shakes hands.
    ///
    /// - Throws: ``SocketError/malformed(_:)`` with libssl's reason.
    init(_ descriptor: Int32, _ wishes: TLSWishes) throws {
        guard let context = SSL_CTX_new(TLS_client_method()),
            let connection = SSL_new(context)
        else { throw SocketError.malformed("out of memory") }
        (self.context, self.connection) = (context, connection)
        let version = Int(wishes.version == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION)
        SSL_ctrl(connection, SSL_CTRL_SET_MIN_PROTO_VERSION, version, nil)
        SSL_ctrl(connection, SSL_CTRL_SET_MAX_PROTO_VERSION, version, nil)
        try configure(wishes)
        SSL_set_fd(connection, descriptor)
        guard SSL_connect(connection) == 1 else { throw Self.failure() }
    }

    deinit {
        // A session of a connection that was not ended counts as one that must not be resumed.
        SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        SSL_free(connection)
        SSL_CTX_free(context)
    }

    private func configure(_ wishes: TLSWishes) throws {
        if var name = wishes.name?.utf8CString {
            // Safety: libssl copies the name.
            name.withUnsafeMutableBytes {
                _ = SSL_ctrl(
                    connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                    $0.baseAddress)
            }
            SSL_set1_host(connection, wishes.name)
        }
        if let authority = wishes.authority {
            SSL_CTX_load_verify_locations(context, authority, nil)
            SSL_set_verify(connection, SSL_VERIFY_PEER, nil)
        }
        if !wishes.protocols.isEmpty {
            let list = wishes.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            SSL_set_alpn_protos(connection, list, UInt32(list.count))
        }
        if let (file, key) = wishes.certificate {
            SSL_use_certificate_file(connection, file, SSL_FILETYPE_PEM)
            SSL_use_PrivateKey_file(connection, key, SSL_FILETYPE_PEM)
        }
        if var algorithms = wishes.algorithms?.utf8CString {
            // Safety: libssl parses the text during the call.
            algorithms.withUnsafeMutableBytes {
                _ = SSL_ctrl(connection, SSL_CTRL_SET_SIGALGS_LIST, 0, $0.baseAddress)
            }
        }
        if let session = wishes.session { SSL_set_session(connection, session.session) }
    }

    /// The first bytes of a handshake, which any connection may send.
    public static func hello() throws -> [UInt8] {
        guard let context = SSL_CTX_new(TLS_client_method()), let connection = SSL_new(context),
            let output = BIO_new(BIO_s_mem())
        else { throw SocketError.malformed("out of memory") }
        defer {
            SSL_free(connection)
            SSL_CTX_free(context)
        }
        SSL_set_bio(connection, BIO_new(BIO_s_mem()), output)
        _ = SSL_connect(connection)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = BIO_read(output, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(count)))
    }

    /// `TLSv1.3`.
    public var version: String { String(cString: SSL_get_version(connection)) }
    /// Whether an earlier session was resumed.
    public var isResumed: Bool { SSL_session_reused(connection) == 1 }
    /// Whether the server said that it sends no more.
    public var isEnded: Bool {
        SSL_get_shutdown(connection) & SSL_RECEIVED_SHUTDOWN != 0
    }
    /// What may be resumed; in TLS 1.3 something must have been read before.
    public var ticket: TLSTicket? { SSL_get1_session(connection).map(TLSTicket.init) }
    /// The protocol that ALPN agreed on; empty for none.
    public var agreedProtocol: String {
        var (data, length): (UnsafePointer<UInt8>?, UInt32) = (nil, 0)
        SSL_get0_alpn_selected(connection, &data, &length)
        return String(decoding: UnsafeBufferPointer(start: data, count: Int(length)), as: UTF8.self)
    }
    /// `RSA` or `ECDSA`: the kind of the server's key.
    public var serverKey: String {
        guard let certificate = SSL_get0_peer_certificate(connection),
            let key = X509_get0_pubkey(certificate)
        else { return "" }
        return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? "RSA" : "ECDSA"
    }
    /// The common name of the server's certificate.
    public var serverName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard let certificate = SSL_get0_peer_certificate(connection) else { return "" }
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, &name, 256)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }

    func send(_ bytes: [UInt8]) throws -> Int {
        ERR_clear_error()
        let count = SSL_write(connection, bytes, Int32(bytes.count))
        guard count > 0 else { throw Self.failure() }
        return Int(count)
    }

    /// Like `recv`; 0 at the server's farewell.
    func receive(_ target: UnsafeMutableRawPointer?, _ capacity: Int) throws -> Int {
        ERR_clear_error()
        let count = SSL_read(connection, target, Int32(capacity))
        if count > 0 { return Int(count) }
        switch SSL_get_error(connection, count) {
        case SSL_ERROR_ZERO_RETURN: return 0
        case SSL_ERROR_WANT_READ: throw SocketError.timedOut
        case SSL_ERROR_SYSCALL: throw SocketError.system(call: "SSL_read", code: errno)
        default: throw Self.failure()
        }
    }

    /// Says that no more will be sent, without closing the socket.
    public func end() {
        SSL_shutdown(connection)
    }

    /// Tells the server that what follows is under another key (TLS 1.3).
    public func changeKey() throws {
        ERR_clear_error()
        guard SSL_key_update(connection, SSL_KEY_UPDATE_NOT_REQUESTED) == 1,
            SSL_do_handshake(connection) == 1
        else { throw Self.failure() }
    }

    /// Sends what `body` sends in as few segments as it fits in.
    public func together(_ body: () throws -> Void) rethrows {
        cork(1)
        defer { cork(0) }
        try body()
    }

    private func cork(_ isOn: Int32) {
        var isOn = isOn
        setsockopt(
            SSL_get_fd(connection), Int32(IPPROTO_TCP), TCP_CORK, &isOn,
            socklen_t(MemoryLayout<Int32>.size))
    }

    private static func failure() -> SocketError {
        .malformed("TLS: " + (sluice_tls_reason().map { String(cString: $0) } ?? "closed"))
    }
}
