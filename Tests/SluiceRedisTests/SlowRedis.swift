import Foundation
import Glibc
import Synchronization

/// Speaks as much of Redis' protocol as the client needs, as slowly as the test wants.
final class SlowRedis: Sendable {
    let port: Int
    private let listener: Int32
    private let pause: Duration
    /// The answer to a reservation.
    private let reply: String
    private let counts = Mutex((connections: 0, scripts: [String]()))

    static let granted = "*9\r\n:1\r\n:-1\r\n:0\r\n:0\r\n:1\r\n:9\r\n:0\r\n:9\r\n:0\r\n"

    /// - Parameter pause: before each answer to a script.
    init(pause: Duration = .zero, reply: String = SlowRedis.granted) throws {
        self.pause = pause
        self.reply = reply
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = getsockname(listener, $0, &length)
            }
        }
        port = Int(in_port_t(bigEndian: address.sin_port))
        listen(listener, 16)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else { return }
                self.counts.withLock { $0.connections += 1 }
                Thread.detachNewThread { self.serve(connection) }
            }
        }
    }

    deinit { stop() }

    var url: String { "redis://127.0.0.1:\(port)/0" }
    var connections: Int { counts.withLock { $0.connections } }
    /// What followed the digests of the scripts that were run: keys and arguments.
    var scripts: [String] { counts.withLock { $0.scripts } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let stream = fdopen(dup(connection), "r") else { return }
        defer { fclose(stream) }
        while let command = read(stream) {
            var answer = "+OK\r\n"
            switch command.first {
            case "SCRIPT": answer = "$\(command[2].count)\r\n\(command[2])\r\n"
            case "EVALSHA":
                // The script serves as its own digest.
                counts.withLock { $0.scripts.append(command.dropFirst(2).joined(separator: " ")) }
                answer = command[1].contains("isNew") ? reply : ":1\r\n"
                Thread.sleep(forTimeInterval: pause / .seconds(1))
            default: break
            }
            guard send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL)) > 0
            else { return }
        }
    }

    private func read(_ stream: UnsafeMutablePointer<FILE>) -> [String]? {
        guard let count = number(stream, "*") else { return nil }
        var parts: [String] = []
        for _ in 0..<count {
            guard let length = number(stream, "$") else { return nil }
            var bytes = [UInt8](repeating: 0, count: length + 2)
            guard fread(&bytes, 1, bytes.count, stream) == bytes.count else { return nil }
            parts.append(String(decoding: bytes.dropLast(2), as: UTF8.self))
        }
        return parts
    }

    private func number(_ stream: UnsafeMutablePointer<FILE>, _ mark: String) -> Int? {
        var line = [CChar](repeating: 0, count: 64)
        guard fgets(&line, 64, stream) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 13 }.map(UInt8.init), as: UTF8.self)
        return text.hasPrefix(mark) ? Int(text.dropFirst()) : nil
    }
}
