internal import Glibc

/// What tells one content of a file from another without reading it.
struct FileStamp: Equatable {
    private let inode: UInt64
    private let size: Int64
    private let modified: Int64
    private let nanoseconds: Int64
    /// A file that becomes readable is not modified.
    private let changed: Int64
    private let changedNanoseconds: Int64

    /// Nil when there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec)
        nanoseconds = Int64(status.st_mtim.tv_nsec)
        changed = Int64(status.st_ctim.tv_sec)
        changedNanoseconds = Int64(status.st_ctim.tv_nsec)
    }
}
