internal import Foundation
internal import Glibc

/// A secret from standard input: arguments can be seen by everybody on the machine, and stay in the shell's history.
enum SecretInput {
    private static let limit = 64 << 10
    /// What Control-C types where it is no signal.
    private static let interrupt: Character = "\u{3}"

    /// Reads to the end, or one line of a terminal, which does not show it. A line end behind it is no part of it.
    static func read(_ prompt: String) throws -> String {
        let isTerminal = isatty(STDIN_FILENO) == 1
        let bytes = isTerminal ? readHidden(prompt) : readAll()
        guard bytes.count <= limit else { throw Complaint("more than \(limit) bytes came") }
        guard var text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw Complaint("what came is not UTF-8 text")
        }
        guard !text.contains(interrupt) else { throw Complaint("interrupted") }
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

    private static func readHidden(_ prompt: String) -> [UInt8] {
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var hidden = before
        // A signal would end us before the terminal shows again what is typed.
        hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        FileHandle.standardError.write(Data(prompt.utf8))
        return Array((readLine(strippingNewline: false) ?? "").utf8)
    }
}
