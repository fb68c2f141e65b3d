internal import Foundation
internal import Glibc
internal import SluiceConfig

/// A file that gets another content in one step: whoever reads it sees the old one or the new one.
struct ReplacedFile {
    let text: String
    /// Behind all links, so that a link stays one.
    private let path: String
    private let status: stat

    init(_ name: String) throws {
        var status = stat()
        let path = URL(fileURLWithPath: name).resolvingSymlinksInPath().path
        guard stat(path, &status) == 0, let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else { throw Complaint("\(name): cannot be read") }
        self.text = text
        self.path = path
        self.status = status
    }

    /// Keeps mode, owner and group.
    func replace(with text: String) throws {
        let new = "\(path).\(getpid()).new"
        // Nobody else may read it before it has the mode of the old one.
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot make a file beside it") }
        do {
            defer { close(descriptor) }
            guard fchown(descriptor, status.st_uid, status.st_gid) == 0 || isOurs else {
                throw failure("cannot keep its owner")
            }
            guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else {
                throw failure("cannot keep its mode")
            }
            try write(Array(text.utf8), descriptor)
            guard fsync(descriptor) == 0 else { throw failure("cannot be written") }
        } catch {
            unlink(new)
            throw error
        }
        guard rename(new, path) == 0 else {
            let error = failure("cannot be replaced")
            unlink(new)
            throw error
        }
    }

    private var isOurs: Bool { status.st_uid == geteuid() && status.st_gid == getegid() }

    private func write(_ bytes: [UInt8], _ descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure("cannot be written") }
            rest = rest.dropFirst(count)
        }
    }

    private func failure(_ what: String) -> Complaint {
        Complaint("\(path): \(what): \(String(cString: strerror(errno)))")
    }
}
