import CSluiceLinux
import Foundation
import Glibc
import Synchronization

/// An upstream that does what a script says: each connection runs the script on a thread of its own.
final class Peer: Sendable {
    struct Counts {
        var connections = 0
        var requests: [String] = []
        var closed: [Int] = []
    }

    let port: Int
    private let listener: Int32
    private let counts = Mutex(Counts())

    /// - Parameter script: gets the connection and its number, from 0; the connection is closed when it returns.
    init(backlog: Int32 = 64, _ script: @escaping @Sendable (PeerConnection) throws -> Void) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                precondition(bind(descriptor, address, length) == 0)
                precondition(getsockname(descriptor, address, &length) == 0)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        precondition(listen(descriptor, backlog) == 0)
        Thread.detachNewThread { [self] in acceptAll(script) }
    }

    /// A port where nobody listens.
    static func unusedPort() -> Int {
        let peer = Peer { _ in }
        defer { peer.stop() }
        return peer.port
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    var connections: Int { counts.withLock { $0.connections } }
    /// The first lines of all requests read.
    var requests: [String] { counts.withLock { $0.requests } }

    func note(_ requestLine: String) {
        counts.withLock { $0.requests.append(requestLine) }
    }

    private func acceptAll(_ script: @escaping @Sendable (PeerConnection) throws -> Void) {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            let number = counts.withLock { counts in
                counts.connections += 1
                return counts.connections - 1
            }
            Thread.detachNewThread {
                let connection = PeerConnection(descriptor, number: number, peer: self)
                try? script(connection)
                connection.close()
            }
        }
        close(listener)
    }
}

/// One connection, in blocking calls that give up after five seconds.
final class PeerConnection {
    struct Gone: Error {}

    struct Request {
        var head = ""
        var body: [UInt8] = []

        /// The value of a field; nil where it is not there exactly once.
        func field(_ name: String) -> String? {
            let lines = head.split(separator: "\r\n").filter {
                $0.lowercased().hasPrefix(name + ":")
            }
            return lines.count == 1
                ? lines[0].dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) : nil
        }
    }

    let number: Int
    private let peer: Peer
    private let descriptor: Int32
    private var received: [UInt8] = []
    private var isOpen = true

    init(_ descriptor: Int32, number: Int, peer: Peer) {
        self.descriptor = descriptor
        self.number = number
        self.peer = peer
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        _ = sluice_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Reads one request whole; chunks are taken apart.
    func readRequest() throws -> Request {
        var request = try readHead()
        if let length = request.field("content-length").flatMap({ Int($0) }) {
            while received.count < length { try readMore() }
            request.body = Array(received[..<length])
            received.removeFirst(length)
        } else if request.field("transfer-encoding") == "chunked" {
            request.body = try readChunks()
        }
        return request
    }

    func readHead() throws -> Request {
        while true {
            if let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: received[..<end.upperBound], as: UTF8.self)
                received.removeFirst(end.upperBound)
                peer.note(head.split(separator: "\r\n").first.map(String.init) ?? "")
                return Request(head: head)
            }
            try readMore()
        }
    }

    private func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try readLine()
            guard let size = Int(line, radix: 16) else { throw Gone() }
            while received.count < size + 2 { try readMore() }
            body += received[..<size]
            received.removeFirst(size + 2)
            if size == 0 { return body }
        }
    }

    private func readLine() throws -> String {
        while true {
            if let end = received.firstRange(of: Array("\r\n".utf8)) {
                let line = String(decoding: received[..<end.lowerBound], as: UTF8.self)
                received.removeFirst(end.upperBound)
                return line
            }
            try readMore()
        }
    }

    func readMore() throws {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw Gone() }
        received += buffer[..<count]
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Gone() }
            offset += count
        }
    }

    /// A whole answer with a length.
    func answer(_ body: String, status: Int = 200, fields: String = "") throws {
        try send(
            "HTTP/1.1 \(status) X\r\ncontent-length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// Sends until the socket takes no more for a while; returns how much it took.
    func sendUntilBlocked() -> Int {
        let block = [UInt8](repeating: 0x61, count: 65536)
        var sent = 0
        var silence = 0
        while silence < 20 {
            let count = Glibc.send(
                descriptor, block, block.count,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            if count > 0 {
                sent += count
                silence = 0
            } else {
                guard sluice_errno() == EAGAIN else { return sent }
                silence += 1
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&entry, 1, 10)
            }
        }
        return sent
    }

    /// Waits until the other side has closed; milliseconds of waiting, or nil after five seconds.
    ///
    /// It leaves what was received unread: reading megabytes first would not measure the close.
    func waitForClose() -> Int? {
        let start = sluice_monotonic()
        let peerClosed = Int16(0x2000)
        var entry = pollfd(fd: descriptor, events: peerClosed, revents: 0)
        guard poll(&entry, 1, 5000) > 0 else { return nil }
        return Int((sluice_monotonic() - start) / 1_000_000)
    }

    /// Does nothing until the gate opens.
    func holdUntil(_ gate: Gate) {
        let opened = DispatchSemaphore(value: 0)
        Task {
            await gate.wait()
            opened.signal()
        }
        opened.wait()
    }

    /// Whether the other side closes in so many milliseconds.
    func isClosed(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Reads until what was received ends so.
    func skipUntil(_ end: String) throws {
        while !received.suffix(end.utf8.count).elementsEqual(end.utf8) { try readMore() }
    }

    func reset() {
        guard isOpen else { return }
        isOpen = false
        sluice_reset(descriptor)
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }
}
