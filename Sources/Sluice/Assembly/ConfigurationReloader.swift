internal import Dispatch
internal import Foundation
internal import Glibc
internal import Logging
internal import SluiceConfig
internal import Synchronization

/// Reloads the configuration at SIGHUP and when its file changes, or one that it names for TLS. A file with an error is refused whole, and the old rules stay.
final class ConfigurationReloader: Sendable {
    private let path: String
    private let proxy: Proxy
    /// The file as it was last read, or refused.
    private let lastRead: Mutex<FileStamp?>
    /// Certificates and keys.
    private let beside = Mutex(FileWatch())
    private let watching = Mutex<Task<Void, Never>?>(nil)
    private let hangUps: AsyncStream<Void>
    private let hangUp: AsyncStream<Void>.Continuation
    private static let interval = Duration.seconds(1)

    init(_ path: String, proxy: Proxy) {
        self.path = path
        lastRead = Mutex(FileStamp(path))
        self.proxy = proxy
        beside.withLock { $0.note(proxy.watchedFiles) }
        (hangUps, hangUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func start() {
        let task = Task { await watch() }
        watching.withLock { $0 = task }
    }

    func stop() {
        watching.withLock { $0?.cancel() }
    }

    private func watch() async {
        let signal = SignalWatch(SIGHUP) { [hangUp] in hangUp.yield() }
        defer { signal.cancel() }
        let poll = Task {
            while (try? await Task.sleep(for: Self.interval)) != nil {
                if hasChanged() { hangUp.yield() }
            }
        }
        defer { poll.cancel() }
        for await _ in hangUps { await reload() }
    }

    /// Whether the file differs from the one last read; a file that is gone for a moment does not.
    private func hasChanged() -> Bool {
        if beside.withLock({ $0.hasChanged(proxy.watchedFiles) }) { return true }
        guard let now = FileStamp(path) else { return false }
        return lastRead.withLock { $0 != now }
    }

    private func reload() async {
        let stamp = FileStamp(path)
        lastRead.withLock { $0 = stamp }
        // Before they are read: what changes meanwhile is read again.
        let files = proxy.watchedFiles
        beside.withLock { $0.note(files) }
        do {
            try await proxy.reload(Configuration.load(path))
            // Others may be named now.
            if proxy.watchedFiles != files { beside.withLock { $0.note(proxy.watchedFiles) } }
            proxy.logger.info("configuration reloaded")
        } catch {
            proxy.logger.error(
                "configuration refused; the old one stays", metadata: ["error": "\(error)"])
        }
    }
}
