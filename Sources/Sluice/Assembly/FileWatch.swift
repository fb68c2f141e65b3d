internal import SluiceFiles

/// Notices by looking, once in a while, that one of some files has changed or is gone.
struct FileWatch {
    /// What one look found.
    struct Findings {
        /// A file differs from what was noted, and none from the look before.
        var haveChanged = false
        /// Files that were there, and were missing at two looks; each is told of once.
        var vanished: [String] = []
    }

    private(set) var paths: [String] = []
    private var known: [String: FileStamp] = [:]
    /// What changed at the last look, and may be in the middle of it: a certificate and its key are two files.
    private var unsettled: [String: FileStamp]?
    private var missing: Set<String> = []
    private var toldOf: Set<String> = []

    /// Takes files as they are, or as they were when they were looked at before.
    mutating func note(_ paths: [String], asSeen before: [String: FileStamp] = [:]) {
        self.paths = paths
        known = Self.stamps(paths).merging(before.filter { paths.contains($0.key) }) { $1 }
        unsettled = nil
    }

    mutating func look() -> Findings {
        let now = Self.stamps(paths)
        var findings = Findings()
        let gone = Set(known.keys.filter { now[$0] == nil })
        findings.vanished = gone.intersection(missing).subtracting(toldOf).sorted()
        toldOf = toldOf.union(findings.vanished).filter { now[$0] == nil }
        missing = gone
        if now.contains(where: { known[$0] != $1 }) {
            findings.haveChanged = unsettled == now
            unsettled = now
        } else {
            unsettled = nil
        }
        return findings
    }

    /// The files as they were noted.
    var stamps: [String: FileStamp] { known }

    /// Those of all files but one.
    func stamps(besides path: String) -> [String: FileStamp] { known.filter { $0.key != path } }

    private static func stamps(_ paths: [String]) -> [String: FileStamp] {
        var stamps: [String: FileStamp] = [:]
        for path in paths { stamps[path] = FileStamp(path) }
        return stamps
    }
}
