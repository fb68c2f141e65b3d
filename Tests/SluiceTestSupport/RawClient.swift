import Glibc

/// A blocking socket for rude requests and exact readings: what is given is sent, nothing is added.
///
/// Every wait ends after `patience`. Use one client from one thread; it blocks that thread, so a test that also needs
/// the cooperative pool should run it off the pool.
public final class RawClient {
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []
    /// There once TLS has begun.
    public private(set) var tls: TLSLayer?

    /// Connects to a TCP port of this machine.
    ///
    /// - Parameters:
    ///   - port: where to connect.
    ///   - host: an IPv4 address.
    ///   - patience: seconds that one send or receive may take.
    ///   - receiveBuffer: `SO_RCVBUF` in bytes, for a slow reader.
    /// - Throws: ``SocketError``.
    public init(
        port: Int, host: String = "127.0.0.1", patience: Double = 5, receiveBuffer: Int32? = nil
    ) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw SocketError.malformed("no IPv4 address: \(host)")
        }
        try open(AF_INET, patience: patience, receiveBuffer: receiveBuffer)
        try setOption(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
        try connect(&address)
    }

    /// Connects to a Unix socket.
    ///
    /// - Throws: ``SocketError``.
    public init(unix path: String, patience: Double = 5) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { target in
            guard path.utf8.count < target.count else { return false }
            target.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw SocketError.malformed("the path is too long: \(path)") }
        try open(AF_UNIX, patience: patience, receiveBuffer: nil)
        try connect(&address)
    }

    deinit { close() }

    /// Begins with TLS on a connection that has said nothing yet.
    ///
    /// - Throws: ``SocketError`` when hands are not shaken.
    public func startTLS(_ wishes: TLSWishes = TLSWishes()) throws {
        tls = try TLSLayer(descriptor, wishes)
    }

    // MARK: Sending

    /// Sends all of `bytes`, in pieces of at most `piece` bytes with one system call each.
    public func send(_ bytes: some Collection<UInt8>, piece: Int = .max) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(piece))
            let sent =
                try tls?.send(part)
                ?? Glibc.send(descriptor, part, part.count, Int32(MSG_NOSIGNAL))
            guard sent >= 0 else {
                if errno == EINTR { continue }
                throw failure("send")
            }
            rest = rest.dropFirst(sent)
        }
    }

    /// Sends a text; write `\r\n` yourself.
    public func send(_ text: String, piece: Int = .max) throws {
        try send(Array(text.utf8), piece: piece)
    }

    /// Says that nothing more will be sent, and goes on reading.
    public func halfClose() throws {
        guard shutdown(descriptor, Int32(SHUT_WR)) == 0 else { throw failure("shutdown") }
    }

    /// Closes with a FIN; a second call does nothing.
    public func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    /// Closes with a RST.
    public func reset() throws {
        try setOption(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        close()
    }

    // MARK: Reading

    /// Reads up to and including `mark`; what came behind it is kept for the next read.
    ///
    /// - Throws: ``SocketError/closed(after:)`` if the peer closes first.
    public func read(until mark: String) throws -> [UInt8] {
        let mark = Array(mark.utf8)
        var searched = 0
        while true {
            if let end = buffer.firstEnd(of: mark, from: searched) { return take(end) }
            searched = max(0, buffer.count - mark.count + 1)
            guard try fill() else { throw SocketError.closed(after: take(buffer.count)) }
        }
    }

    /// Reads exactly `count` bytes.
    public func read(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw SocketError.closed(after: take(buffer.count)) }
        }
        return take(count)
    }

    /// Reads until the peer closes, and at most about `limit` bytes.
    public func readAll(limit: Int = 64 << 20) throws -> [UInt8] {
        while buffer.count < limit, try fill() {}
        return take(buffer.count)
    }

    /// Whether the peer closes, with a FIN or a RST, before it sends anything more.
    public func isClosedByPeer() throws -> Bool {
        guard buffer.isEmpty else { return false }
        do {
            return try !fill()
        } catch SocketError.system(_, ECONNRESET) {
            return true
        }
    }

    /// Whether the peer sends anything, or closes, within so many milliseconds.
    public func hasInput(within milliseconds: Int32) throws -> Bool {
        guard buffer.isEmpty else { return true }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let count = poll(&entry, 1, milliseconds)
        guard count >= 0 else { throw failure("poll") }
        return count > 0
    }

    // MARK: The socket

    private func take(_ count: Int) -> [UInt8] {
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// Receives once; false at the end.
    private func fill() throws -> Bool {
        while true {
            let count = try buffer.append(upTo: 65536) {
                try tls?.receive($0, $1) ?? recv(descriptor, $0, $1, 0)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("recv") }
            return count > 0
        }
    }

    private func open(_ family: Int32, patience: Double, receiveBuffer: Int32?) throws {
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("socket") }
        let whole = patience.rounded(.down)
        let wait = timeval(tv_sec: Int(whole), tv_usec: Int((patience - whole) * 1_000_000))
        try setOption(SOL_SOCKET, SO_RCVTIMEO, wait)
        try setOption(SOL_SOCKET, SO_SNDTIMEO, wait)
        if let receiveBuffer { try setOption(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
    }

    private func connect<Address>(_ address: inout Address) throws {
        let size = socklen_t(MemoryLayout<Address>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, size)
            }
        }
        guard status == 0 else { throw failure("connect") }
    }

    private func setOption<Value>(_ level: Int32, _ name: Int32, _ value: Value) throws {
        let size = socklen_t(MemoryLayout<Value>.size)
        let status = withUnsafePointer(to: value) { setsockopt(descriptor, level, name, $0, size) }
        guard status == 0 else { throw failure("setsockopt") }
    }

    private func failure(_ call: String) -> SocketError {
        let code = errno
        return code == EAGAIN ? .timedOut : .system(call: call, code: code)
    }
}

extension [UInt8] {
    /// Where the first `mark` at or behind `start` ends.
    fileprivate func firstEnd(of mark: [UInt8], from start: Int) -> Int? {
        guard count >= mark.count else { return nil }
        return (start...(count - mark.count)).first {
            self[$0..<($0 + mark.count)].elementsEqual(mark)
        }
        .map { $0 + mark.count }
    }

    /// Appends what `read` puts into a buffer of `size` bytes; returns what `read` returned.
    fileprivate mutating func append(
        upTo size: Int, _ read: (UnsafeMutableRawPointer?, Int) throws -> Int
    ) rethrows -> Int {
        var got = 0
        let piece = try [UInt8](unsafeUninitializedCapacity: size) { target, filled in
            got = try read(target.baseAddress, size)
            filled = Swift.max(0, got)
        }
        append(contentsOf: piece)
        return got
    }
}
