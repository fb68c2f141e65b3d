internal import Dispatch
internal import Foundation
internal import Synchronization

/// A small text file that may be replaced while we run. Looked at on each use, read again only when it has changed.
final class WatchedFile: Sendable {
    /// What tells one state of a file from another. A file that is replaced by renaming has another inode even within one tick of the clock.
    private struct Stamp: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private struct State {
        var stamp: Stamp?
        var text: String?
    }

    static let sizeLimit = 64 << 10
    let path: String
    private let state = Mutex(State())
    private static let queue = DispatchQueue(label: "sluice.files", attributes: .concurrent)

    /// Does not read yet.
    init(path: String) {
        self.path = path
    }

    /// The text without white space at its ends. A file that has vanished or cannot be read keeps its last text: replacing a file may
    /// take it away for a moment.
    func text() async throws -> String {
        let stamp = Self.stamp(path)
        let known = state.withLock { state in
            stamp == nil || state.stamp == stamp ? state.text : nil
        }
        if let known { return known }
        return try await reload()
    }

    /// Reads now, whether or not the file seems changed.
    func reload() async throws -> String {
        let path = path
        let result = await withCheckedContinuation { continuation in
            Self.queue.async {
                continuation.resume(returning: Result { try Self.read(path) })
            }
        }
        return try take(result)
    }

    /// Reads on the calling thread: for the time before the loops run.
    func loadNow() throws -> String {
        try take(Result { try Self.read(path) })
    }

    private func take(_ result: Result<(Stamp?, String), any Error>) throws -> String {
        switch result {
        case .success(let (stamp, text)):
            state.withLock { $0 = State(stamp: stamp, text: text) }
            return text
        case .failure(let error):
            guard let text = state.withLock({ $0.text }) else { throw error }
            return text
        }
    }

    /// The stamp is taken first: a change in between is then seen at the next use. A file changed within the last second could change
    /// again within the same tick of the file system's clock, so its stamp is not relied on.
    private static func read(_ path: String) throws -> (Stamp?, String) {
        let stamp = stamp(path)
        guard let stamp else { throw SourceUnavailable("the file cannot be read") }
        guard stamp.size <= sizeLimit else {
            throw SourceUnavailable("the file has more than \(sizeLimit) bytes")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SourceUnavailable("the file cannot be read")
        }
        guard let text = String(validating: data.prefix(sizeLimit), as: UTF8.self) else {
            throw SourceUnavailable("the file is not UTF-8")
        }
        let isRecent = Date().timeIntervalSince1970 - Double(stamp.seconds) < 2
        return (isRecent ? nil : stamp, text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
            size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
    }
}

/// Why an address or a credential could not be had. Says nothing of its text, so it may be logged.
struct SourceUnavailable: Error, CustomStringConvertible, Equatable {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
