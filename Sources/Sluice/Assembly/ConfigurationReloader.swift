internal import Dispatch
internal import Foundation
internal import Glibc
internal import Logging
internal import SluiceConfig
internal import SluiceCore
internal import Synchronization

/// Reloads the configuration at SIGHUP and when its file changes, or one that it names for TLS. A file with an error is refused whole, and the
/// old rules stay; what it named is looked at until it can be taken.
final class ConfigurationReloader: Sendable {
    private let path: String
    private let proxy: Proxy
    /// The file as it was last read, or refused.
    private let lastRead: Mutex<FileStamp?>
    private let beside = Mutex(FileWatch())
    /// Certificates and keys as they are in use.
    private let inUse: Mutex<[String: FileStamp]>
    private let watching = Mutex<Task<Void, Never>?>(nil)
    private let hangUps: AsyncStream<Void>
    private let hangUp: AsyncStream<Void>.Continuation
    private static let interval = Duration.seconds(1)

    init(_ path: String, proxy: Proxy) {
        self.path = path
        lastRead = Mutex(FileStamp(path))
        self.proxy = proxy
        inUse = Mutex(
            beside.withLock { beside in
                beside.note(proxy.watchedFiles)
                return beside.stamps
            })
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
        let findings = beside.withLock { $0.look() }
        for file in findings.vanished {
            proxy.logger.warning(
                "a file is gone; what was read of it stays in use", metadata: ["file": "\(file)"])
        }
        if findings.haveChanged { return true }
        guard let now = FileStamp(path) else { return false }
        return lastRead.withLock { $0 != now }
    }

    private func reload() async {
        let stamp = FileStamp(path)
        lastRead.withLock { $0 = stamp }
        // Before they are read: what changes meanwhile is read again.
        let before = beside.withLock { beside in
            beside.note(beside.paths)
            return beside.stamps
        }
        var names: NamedFiles?
        do {
            let root = try Configuration.load(path)
            names = root.namedFiles
            var changed = try await proxy.replace(root)
            let now = watch(proxy.watchedFiles, asSeen: before)
            if inUse.withLock({ $0 != now }) { changed.append("certificates") }
            inUse.withLock { $0 = now }
            proxy.noteReload(accepted: true)
            proxy.logger.info(
                "configuration reloaded",
                metadata: ["changed": .array(changed.sorted().map { .string($0) })])
        } catch {
            // One of those that it names may be missing as yet.
            if let names { _ = watch(proxy.watchedFiles + names.all, asSeen: before) }
            proxy.noteReload(accepted: false)
            proxy.logger.error(
                "configuration refused; the old one stays", metadata: ["error": "\(error)"])
        }
    }

    /// - Parameter before: the files as they were before they were read.
    private func watch(
        _ files: [String], asSeen before: [String: FileStamp]
    ) -> [String: FileStamp] {
        beside.withLock { beside in
            beside.note(Set(files).sorted(), asSeen: before)
            return beside.stamps
        }
    }
}
