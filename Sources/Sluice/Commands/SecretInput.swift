internal import CSluiceLinux
internal import Foundation
internal import Glibc

/// A secret from standard input: arguments can be seen by everybody on the machine, and stay in the shell's history.
enum SecretInput {
    private static let limit = 64 << 10

    /// Reads to the end, or one line of a terminal, which does not show it. A line end behind it is no part of it.
    static func read(_ prompt: String) throws -> String {
        let isTerminal = isatty(STDIN_FILENO) == 1
        let bytes = try isTerminal ? readHidden(prompt) : readAll()
        guard bytes.count <= limit else { throw Complaint("more than \(limit) bytes came") }
        guard var text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw Complaint("what came is not UTF-8 text")
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        guard !text.isEmpty else { throw Complaint("nothing came on standard input") }
        return text
    }

    private static func readAll() -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let piece = FileHandle.standardInput.availableData
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    /// Control-D ends what is typed, as the end of the line does.
    private static func readHidden(_ prompt: String) throws -> [UInt8] {
        let longest = sluice_terminal_line
        var line = [CChar](repeating: 0, count: longest + 1)
        let count = sluice_read_hidden_line(prompt, &line, line.count)
        guard count < longest else {
            throw Complaint(
                "a terminal gives less than \(longest) bytes of a line; send the value through a pipe"
            )
        }
        return line.prefix(max(0, count)).map(UInt8.init(bitPattern:))
    }
}
