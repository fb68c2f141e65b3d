internal import Synchronization

/// The files that one configuration names, as far as it was read.
package final class NamedFiles: Sendable {
    private let paths = Mutex<(watched: [String], all: [String])>(([], []))

    /// Those whose change is a change of the configuration.
    package var watched: [String] { paths.withLock { $0.watched } }
    /// These and others: one that is not there, or of no use, may be why the configuration is refused.
    package var all: [String] { paths.withLock { $0.all } }

    func note(_ path: String, isWatched: Bool) {
        paths.withLock { paths in
            if isWatched { paths.watched.append(path) }
            paths.all.append(path)
        }
    }
}
