internal import Dispatch
internal import Foundation
internal import SluiceConfig
internal import Synchronization

/// A program that prints a value, run away from the loops.
struct Command: Sendable {
    /// The absolute path of the program.
    let program: String
    let arguments: [String]
    /// After this the program is ended and the run has failed.
    var timeout: Duration = .seconds(30)

    static let outputLimit = 64 << 10
    private static let queue = DispatchQueue(label: "sluice.commands", attributes: .concurrent)

    private static let environment = withoutSecretKeys(ProcessInfo.processInfo.environment)

    /// No program needs the keys of the configuration's secrets, whatever the variable is called.
    static func withoutSecretKeys(_ environment: [String: String]) -> [String: String] {
        environment.filter {
            $0.key != SecretKeys.variable && !$0.value.contains(SecretKey.prefix)
        }
    }

    /// - Parameters:
    ///   - words: program and arguments.
    ///   - path: folders to look in for a program without a slash, separated by colons.
    /// - Returns: nil when there is no such program.
    init?(_ words: [String], path: String) {
        guard let name = words.first else { return nil }
        let candidates =
            name.contains("/") ? [name] : path.split(separator: ":").map { "\($0)/\(name)" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
            return nil
        }
        program = found
        arguments = Array(words.dropFirst())
    }

    /// What the program prints, without white space at its ends. Its standard error goes nowhere: it could hold the secret.
    func run() async throws -> String {
        let outcome = Outcome()
        return try await withCheckedThrowingContinuation { continuation in
            outcome.set(continuation)
            Self.queue.async { start(outcome) }
        }
    }

    private func start(_ outcome: Outcome) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = Self.environment
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            outcome.finish(.failure(SourceUnavailable("the command cannot be started")))
            return
        }
        let id = process.processIdentifier
        let seconds =
            Double(timeout.components.seconds)
            + Double(timeout.components.attoseconds) / 1e18
        let guardian = DispatchWorkItem {
            let isLate = outcome.finish(
                .failure(SourceUnavailable("the command took too long")))
            if isLate { kill(id, SIGKILL) }
        }
        Self.queue.asyncAfter(deadline: .now() + seconds, execute: guardian)
        let data = Self.read(output.fileHandleForReading)
        process.waitUntilExit()
        guardian.cancel()
        outcome.finish(
            Result { try Self.text(data, status: process.terminationStatus) })
    }

    private static func read(_ handle: FileHandle) -> Data {
        var data = Data()
        while data.count <= outputLimit {
            let piece = handle.availableData
            if piece.isEmpty { break }
            data += piece
        }
        try? handle.close()
        return data
    }

    private static func text(_ data: Data, status: Int32) throws -> String {
        guard status == 0 else {
            throw SourceUnavailable("the command ended with status \(status)")
        }
        guard data.count <= outputLimit else {
            throw SourceUnavailable("the command printed more than \(outputLimit) bytes")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw SourceUnavailable("the command did not print UTF-8")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Resumes its continuation once, whichever of program and timer is first.
    private final class Outcome: Sendable {
        private let waiting = Mutex<CheckedContinuation<String, any Error>?>(nil)

        func set(_ continuation: CheckedContinuation<String, any Error>) {
            waiting.withLock { $0 = continuation }
        }

        /// - Returns: whether this was the first result.
        @discardableResult
        func finish(_ result: Result<String, any Error>) -> Bool {
            let continuation = waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            continuation?.resume(with: result)
            return continuation != nil
        }
    }
}
