internal import CSluiceLinux
internal import Glibc
internal import Synchronization

/// A listening socket, shared by the acceptors of all loops, and at times by several processes.
public final class Listener: Sendable {
    /// What was asked for: the port may be 0.
    let wanted: ListenAddress
    /// With the port that was taken.
    public let address: ListenAddress
    let descriptor: Int32
    /// Another process has, or had, this socket: to shut it down would end it for that one as well.
    private let isShared: Atomic<Bool>
    /// The file of a Unix socket goes when this listener closes.
    private let ownsFile: Atomic<Bool>
    static let backlog: Int32 = 4096
    private static let everybody: mode_t = 0o777

    /// Binds and listens. Port 0 takes a free one; ``address`` then names it.
    ///
    /// - Throws: ``CannotListen``.
    public init(_ wanted: ListenAddress) throws(CannotListen) {
        self.wanted = wanted
        isShared = Atomic(false)
        ownsFile = Atomic(true)
        switch wanted {
        case .tcp(let host, let port):
            let (descriptor, port) = try Self.bindTCP(host: host, port: port, wanted: wanted)
            (self.descriptor, address) = (descriptor, .tcp(host: host, port: port))
        case .tls(let host, let port):
            let (descriptor, port) = try Self.bindTCP(host: host, port: port, wanted: wanted)
            (self.descriptor, address) = (descriptor, .tls(host: host, port: port))
        case .unix(let path):
            descriptor = try Self.bindUnix(path: path, wanted: wanted)
            address = wanted
        }
    }

    /// A socket that another process opened, and may still have.
    init(inherited descriptor: Int32, wanted: ListenAddress, address: ListenAddress) {
        self.wanted = wanted
        self.address = address
        self.descriptor = descriptor
        isShared = Atomic(true)
        ownsFile = Atomic(false)
    }

    /// Stops listening: connects are refused from now on, unless another process has this socket.
    package func close() {
        if !isShared.load(ordering: .relaxed) { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }
        Glibc.close(descriptor)
        if case .unix(let path) = address, isOwner { unlink(path) }
    }

    // MARK: Several processes

    /// Whether the file of a Unix socket goes when this listener closes.
    var isOwner: Bool { ownsFile.load(ordering: .relaxed) }

    /// Another process gets this socket.
    func share() { isShared.store(true, ordering: .relaxed) }

    /// The process that had it has left it to this one.
    func own() { ownsFile.store(true, ordering: .relaxed) }

    /// It is left to another process.
    func disown() { ownsFile.store(false, ordering: .relaxed) }

    private static func bindTCP(
        host: String, port: UInt16, wanted: ListenAddress
    ) throws(CannotListen) -> (Int32, UInt16) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let info = found else {
            throw CannotListen(address: wanted, reason: "the host name is not known")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(
            info.pointee.ai_family, info.pointee.ai_socktype | sluice_nonblock | sluice_cloexec, 0)
        guard descriptor >= 0 else { throw .last(wanted) }
        _ = sluice_set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if info.pointee.ai_family == AF_INET6, host == "::" {
            _ = sluice_set_option(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0)
        }
        guard bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0,
            listen(descriptor, backlog) == 0
        else {
            let failure = CannotListen.last(wanted)
            Glibc.close(descriptor)
            throw failure
        }
        return (descriptor, UInt16(sluice_local_port(descriptor)))
    }

    private static func bindUnix(
        path: String, wanted: ListenAddress
    ) throws(CannotListen) -> Int32 {
        let descriptor = sluice_bind_unix(path, sluice_stream, everybody, backlog)
        guard descriptor >= 0 else {
            // The file is somebody's, and the system's words would not say so.
            if sluice_errno() == ENOTSOCK {
                throw CannotListen(address: wanted, reason: "there is a file that is no socket")
            }
            throw .last(wanted)
        }
        return descriptor
    }
}

/// A socket could not be bound.
public struct CannotListen: Error, Sendable, CustomStringConvertible {
    /// The address that was asked for.
    public let address: ListenAddress
    /// The system's words.
    public let reason: String
    public var description: String { "cannot listen on \(address): \(reason)" }

    static func last(_ address: ListenAddress) -> CannotListen {
        CannotListen(address: address, reason: String(cString: strerror(sluice_errno())))
    }
}
