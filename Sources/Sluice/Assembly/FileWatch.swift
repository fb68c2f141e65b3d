/// Notices by looking, once in a while, that one of some files has changed.
struct FileWatch {
    private var known: [String: FileStamp] = [:]
    /// What changed at the last look, and may be in the middle of it: a certificate and its key are two files.
    private var unsettled: [String: FileStamp]?

    /// Takes files as they are.
    mutating func note(_ paths: [String]) {
        known = Self.stamps(paths)
        unsettled = nil
    }

    /// Whether a file differs from what was noted, and no file from the last look; one that is gone for a moment does not.
    mutating func hasChanged(_ paths: [String]) -> Bool {
        let now = Self.stamps(paths)
        guard now.contains(where: { known[$0] != $1 }) else {
            unsettled = nil
            return false
        }
        defer { unsettled = now }
        return unsettled == now
    }

    private static func stamps(_ paths: [String]) -> [String: FileStamp] {
        var stamps: [String: FileStamp] = [:]
        for path in paths { stamps[path] = FileStamp(path) }
        return stamps
    }
}
