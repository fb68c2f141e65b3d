internal import Glibc

/// Files that are read whole: neither a pipe nor a device holds up who reads, and none is larger than its limit.
package enum RegularFile {
    /// - Returns: the content, and the stamp of just that file.
    package static func read(
        _ path: String, limit: Int
    ) throws(UnreadableFile) -> (stamp: FileStamp, bytes: [UInt8]) {
        // Without O_NONBLOCK the opening of a pipe waits for somebody who writes.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw .unreadable }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .irregular }
        let likely = Int(clamping: status.st_size)
        let bytes = try readAll(descriptor, upTo: limit + 1, likely: min(max(likely, 0), limit) + 1)
        guard bytes.count <= limit else { throw .large(limit: limit) }
        return (FileStamp(status), bytes)
    }

    /// The size that a file says it has is not relied on: it may grow meanwhile.
    private static func readAll(
        _ descriptor: Int32, upTo most: Int, likely: Int
    ) throws(UnreadableFile) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(likely)
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < most {
            let count = Glibc.read(descriptor, &piece, min(piece.count, most - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable }
            if count == 0 { break }
            bytes += piece[..<count]
        }
        return bytes
    }
}

/// Why a file is not read; the description goes behind the file's name.
package enum UnreadableFile: Error, CustomStringConvertible, Equatable {
    case unreadable
    case irregular
    case large(limit: Int)

    package var description: String {
        switch self {
        case .unreadable: "cannot be read"
        case .irregular: "is no regular file"
        case .large(let limit): "has more than \(limit) bytes"
        }
    }
}
