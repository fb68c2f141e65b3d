internal import Glibc

/// What tells one content of a file from another without reading it. A file that is replaced by renaming has another inode even within one
/// tick of the clock.
package struct FileStamp: Sendable, Equatable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: Int64
    private let nanoseconds: Int64
    /// A file that becomes readable is not modified.
    private let changed: Int64
    private let changedNanoseconds: Int64

    /// Nil when there is no such file.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec)
        nanoseconds = Int64(status.st_mtim.tv_nsec)
        changed = Int64(status.st_ctim.tv_sec)
        changedNanoseconds = Int64(status.st_ctim.tv_nsec)
    }

    /// Whether the content could change once more within the same tick of the file system's clock.
    package var isRecent: Bool { time(nil) - Int(modified) < 2 }
}
