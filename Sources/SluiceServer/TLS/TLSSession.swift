internal import CSluiceLinux
internal import CSluiceOpenSSL
internal import Glibc
internal import SluiceCore
internal import SluiceLoop

/// TLS on one client's connection, between its socket and its bytes.
final class TLSSession {
    /// What the first byte of a connection shows.
    enum Opening { case nothingYet, ended, handshake, plainRequest }
    /// How a step of the handshake ended; a failure has no reason of its own where the connection ended.
    enum Step: Equatable {
        case established, waiting
        case failed(reason: String?)
    }

    private let descriptor: Int32
    // Safety: owned by this object, used on its loop only, freed in `deinit`.
    private let connection: OpaquePointer
    /// Has what libssl may call back for.
    private let context: TLSContext
    private(set) var isEstablished = false
    /// The first byte was looked at.
    var hasOpened = false
    /// The next step waits for its turn.
    var isQueued = false
    /// libssl must not be asked for anything more.
    private var isBroken = false

    init(_ connection: OpaquePointer, descriptor: Int32, context: TLSContext) {
        self.connection = connection
        self.descriptor = descriptor
        self.context = context
    }

    deinit {
        SSL_free(connection)
    }

    /// Looks at the first byte without taking it. Methods of HTTP are letters, and no record of TLS begins with one.
    func peek() -> Opening {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK))
        guard count > 0 else {
            let isTemporary = count < 0 && (errno == EAGAIN || errno == EINTR)
            return isTemporary ? .nothingYet : .ended
        }
        return 0x41...0x5a ~= byte & 0xdf ? .plainRequest : .handshake
    }

    func shakeHands() -> Step {
        switch sluice_tls_handshake(connection) {
        case 1:
            isEstablished = true
            return .established
        case 0:
            return .waiting
        default:
            isBroken = true
            return .failed(reason: sluice_tls_reason().map { String(cString: $0) })
        }
    }

    /// What is known of the client once hands are shaken.
    var client: ClientTLS {
        var text = [UInt8](repeating: 0, count: 512)
        // Safety: libssl writes at most as many bytes as the array has.
        let length = text.withUnsafeMutableBytes { bytes in
            sluice_tls_subject(
                connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count))
        }
        return ClientTLS(
            version: sluice_tls_is_1_3(connection) == 1 ? "1.3" : "1.2",
            subject: length > 0 ? String(decoding: text.prefix(Int(length)), as: UTF8.self) : nil)
    }

    var isResumed: Bool { SSL_session_reused(connection) == 1 }

    // MARK: Bytes

    func receive(_ scratch: Scratch, _ use: (Span<UInt8>) -> Void) -> Transfer {
        guard !isBroken else { return .failed(errno: EPROTO) }
        // Safety: libssl writes at most `capacity` bytes, during the call.
        let outcome = scratch.fill(
            using: { sluice_tls_receive(connection, $0, $1) }, use)
        if case .failed = outcome { isBroken = true }
        return outcome
    }

    /// Like `send`, with the same meaning of `errno`.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard !isBroken else {
            errno = EPROTO
            return -1
        }
        let sent = sluice_tls_send(connection, bytes.baseAddress, bytes.count)
        if sent < 0, errno == EPROTO { isBroken = true }
        return sent
    }

    /// Whether a read would find nothing, in libssl's buffer as well as in the socket.
    var isDrained: Bool { sluice_tls_is_drained(connection) == 1 }

    /// Whether the client's word that it will send no more stood behind what was read.
    var hasReadFarewell: Bool { SSL_get_shutdown(connection) & SSL_RECEIVED_SHUTDOWN != 0 }

    /// Whether the client said that it will send no more, while nobody reads what it sends.
    func peerHasEnded() -> Bool {
        guard isEstablished, !isBroken else { return false }
        return sluice_tls_peer_has_ended(connection) == 1
    }

    /// Tells the client that it has got everything.
    func end() {
        guard isEstablished, !isBroken else { return }
        sluice_tls_end(connection)
        // A second call would wait for the client's farewell.
        isBroken = true
    }
}
