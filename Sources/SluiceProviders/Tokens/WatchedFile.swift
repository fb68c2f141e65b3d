internal import Dispatch
internal import Foundation
internal import Logging
internal import SluiceCore
internal import SluiceFiles
internal import Synchronization

/// A small text file that may be replaced while we run. Looked at on each use, read again only when it has changed.
final class WatchedFile: Sendable {
    private struct State {
        var stamp: FileStamp?
        var text: String?
        /// Of a file that was of no use: it is not read again before it has changed.
        var useless: FileStamp?
        /// The log has heard of it.
        var isReported = false
    }

    static let sizeLimit = 64 << 10
    let path: String
    private let state = Mutex(State())
    private static let queue = DispatchQueue(label: "sluice.files", attributes: .concurrent)

    /// Does not read yet.
    init(path: String) {
        self.path = path
    }

    /// The text without white space at its ends. A file that has vanished or is of no use keeps its last text, and the log hears of it once:
    /// replacing a file may take it away for a moment.
    func text(_ logger: Logger) async throws -> String {
        let stamp = FileStamp(path)
        let known = state.withLock { state in
            stamp == nil || stamp == state.stamp || stamp == state.useless ? state.text : nil
        }
        guard let known else { return try await reload(logger) }
        if stamp == nil { report(.init(UnreadableFile.unreadable), to: logger) }
        return known
    }

    /// Reads now, whether or not the file seems changed.
    func reload(_ logger: Logger) async throws -> String {
        let path = path
        let result = await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: Self.read(path)) }
        }
        return try take(result, logger)
    }

    /// Reads on the calling thread: for the time before the loops run.
    func loadNow() throws -> String {
        try take(Self.read(path), nil)
    }

    private func take(_ result: Reading, _ logger: Logger?) throws -> String {
        switch result {
        case .text(let text, let stamp):
            state.withLock { $0 = State(stamp: stamp, text: text) }
            return text
        case .failure(let error, let stamp):
            let text = state.withLock { state in
                state.useless = stamp
                return state.text
            }
            guard let text else { throw error }
            if let logger { report(error, to: logger) }
            return text
        }
    }

    private func report(_ error: SourceUnavailable, to logger: Logger) {
        let isNews = state.withLock { state in
            defer { state.isReported = true }
            return !state.isReported
        }
        guard isNews else { return }
        logger.warning(
            "a file is of no use; what was read of it before stays in use",
            metadata: ["file": .string(path), "reason": .string(error.description)])
    }

    private enum Reading: Sendable {
        case text(String, FileStamp?)
        case failure(SourceUnavailable, FileStamp?)
    }

    /// A file changed within the last second could change again within the same tick of the file system's clock, so its stamp is not
    /// relied on.
    private static func read(_ path: String) -> Reading {
        let before = FileStamp(path).flatMap { $0.isRecent ? nil : $0 }
        do {
            let (stamp, bytes) = try RegularFile.read(path, limit: sizeLimit)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                return .failure(SourceUnavailable("the file is not UTF-8"), before)
            }
            return .text(
                text.trimmingCharacters(in: .whitespacesAndNewlines), stamp.isRecent ? nil : stamp)
        } catch {
            // Why it could not be opened may pass without a change of the file.
            return .failure(SourceUnavailable(error), error == .unreadable ? nil : before)
        }
    }
}

/// Why an address or a credential could not be had. Says nothing of its text, so it may be logged.
struct SourceUnavailable: Error, CustomStringConvertible, Equatable {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    init(_ failure: UnreadableFile) {
        description = "the file \(failure)"
    }
}
