import Foundation
import Glibc

/// A Redis server of a test's own, in memory alone.
final class RedisServer: Sendable {
    let port: Int
    private let process: Running

    // Safety: only asked and ended, which Process takes from any thread.
    private struct Running: @unchecked Sendable { let process: Process }

    static let program: String? = ["/usr/bin", "/usr/local/bin"].map { $0 + "/redis-server" }.first
    {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// - Parameter port: nil for a free one.
    init(port: Int? = nil, arguments: [String] = []) throws {
        let chosen = port ?? Self.freePort()
        self.port = chosen
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program ?? "/nonexistent")
        process.arguments =
            ["--port", "\(chosen)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
            // What a replica is sent goes through a file.
            + ["--dir", NSTemporaryDirectory(), "--rdb-del-sync-files", "yes"] + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        self.process = Running(process: process)
        waitUntilItListens()
    }

    deinit { stop() }

    var url: String { "redis://127.0.0.1:\(port)/0" }

    func stop() {
        guard process.process.isRunning else { return }
        kill(process.process.processIdentifier, SIGKILL)
        process.process.waitUntilExit()
    }

    /// Lets the server stand still, or go on with all that was sent to it meanwhile.
    func pause(_ isPaused: Bool) {
        kill(process.process.processIdentifier, isPaused ? SIGSTOP : SIGCONT)
    }

    private func waitUntilItListens() {
        for _ in 0..<500 {
            if Self.connects(to: port) { return }
            usleep(10_000)
        }
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    private static func connects(to port: Int) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = address(port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func freePort() -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(socket, $0, length)
                _ = getsockname(socket, $0, &length)
            }
        }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
