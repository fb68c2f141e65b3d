internal import Dispatch
internal import Foundation
internal import Glibc
internal import Logging
internal import SluiceConfig
internal import SluiceFiles
internal import Synchronization

/// Reloads the configuration at SIGHUP and when its file changes, or one that it names for TLS or as a tokenizer. A file with an error is refused whole, and the
/// old rules stay; what it named is looked at until it can be taken.
final class ConfigurationReloader: Sendable {
    private let path: String
    private let proxy: Proxy
    /// The configuration and what it names, as they were last read, or refused.
    private let files = Mutex(FileWatch())
    /// Certificates, keys and tokenizers as they are in use.
    private let inUse: Mutex<[String: FileStamp]>
    private let watching = Mutex<Task<Void, Never>?>(nil)
    private let hangUps: AsyncStream<Void>
    private let hangUp: AsyncStream<Void>.Continuation
    private static let interval = Duration.seconds(1)

    init(_ path: String, proxy: Proxy) {
        self.path = path
        self.proxy = proxy
        files.withLock { $0.note([path] + proxy.watchedFiles) }
        inUse = Mutex(files.withLock { $0.stamps(besides: path) })
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

    /// Whether a file differs from the one last read, and nobody is writing to it any more: the half of a configuration may be one too,
    /// with fewer rules. A file that is gone for a moment does not differ.
    private func hasChanged() -> Bool {
        let findings = files.withLock { $0.look() }
        for file in findings.vanished {
            proxy.logger.warning(
                "a file is gone; what was read of it stays in use", metadata: ["file": "\(file)"])
        }
        return findings.haveChanged
    }

    private func reload() async {
        // Before they are read: what changes meanwhile is read again.
        let before = files.withLock { files in
            files.note(files.paths)
            return files.stamps
        }
        var names: NamedFiles?
        do {
            let tokenizers = proxy.tokenizerFiles
            let root = try Configuration.load(path)
            names = root.namedFiles
            var changed = try await proxy.replace(root)
            let now = watch(proxy.watchedFiles, asSeen: before)
            changed += changes(to: now, tokenizers: tokenizers.union(proxy.tokenizerFiles))
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

    /// What the files are that differ from those in use.
    private func changes(to now: [String: FileStamp], tokenizers: Set<String>) -> [String] {
        let before = inUse.withLock { $0 }
        let differing = Set(before.keys).union(now.keys).filter { before[$0] != now[$0] }
        return (differing.isDisjoint(with: tokenizers) ? [] : ["tokenizers"])
            + (differing.isSubset(of: tokenizers) ? [] : ["certificates"])
    }

    /// - Parameter before: the files as they were before they were read.
    private func watch(
        _ files: [String], asSeen before: [String: FileStamp]
    ) -> [String: FileStamp] {
        self.files.withLock { watched in
            watched.note(Set([path] + files).sorted(), asSeen: before)
            return watched.stamps(besides: path)
        }
    }
}
