import Foundation
import Glibc

/// A pipe whose ends are closed with it.
final class LogPipe: Sendable {
    let reader: Int32
    let writer: Int32

    init(nonBlocking: Bool = false) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        (reader, writer) = (ends[0], ends[1])
        if nonBlocking { _ = fcntl(writer, F_SETFL, O_NONBLOCK) }
    }

    /// Fills the pipe with empty lines, so that the next write finds no room.
    func fill() {
        let flags = fcntl(writer, F_GETFL)
        _ = fcntl(writer, F_SETFL, flags | O_NONBLOCK)
        let lines = [UInt8](repeating: 0x0A, count: 4_096)
        while write(writer, lines, lines.count) > 0 {}
        _ = fcntl(writer, F_SETFL, flags)
    }

    deinit {
        close(reader)
        close(writer)
    }

    /// Reads lines until `isEnough` says so.
    func lines(until isEnough: ([String]) -> Bool) -> [String] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            if bytes.last == 0x0A || bytes.isEmpty {
                let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                    .map(String.init)
                if isEnough(lines) { return lines }
            }
            let count = read(reader, &chunk, chunk.count)
            if count <= 0 { return ["end of file"] }
            bytes += chunk[..<count]
        }
    }
}

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}
