internal import Glibc

/// A file descriptor that log lines are written to.
struct LogDescriptor {
    let descriptor: Int32

    private static let writeSize = 64 << 10
    /// A non-blocking descriptor that is full is tried again after this many milliseconds at the latest.
    private static let pollInterval: Int32 = 1_000

    /// A write to a pipe without a reader raises SIGPIPE for the thread that writes. Only that thread blocks it: what
    /// the rest of the process does about signals is not ours to decide.
    static func blockSIGPIPE() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Writes some bytes and says how many; zero when the descriptor takes none (closed pipe, full disk). It waits for
    /// a reader that is slow.
    func put(_ bytes: [UInt8], from start: Int) -> Int {
        while true {
            let length = min(bytes.count - start, Self.writeSize)
            let count = bytes.withUnsafeBytes { buffer in
                // Safety: `start + length` is at most the count of the array.
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + start }, length)
            }
            if count > 0 { return count }
            switch errno {
            case EINTR:
                continue
            case EAGAIN:
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&entry, 1, Self.pollInterval)
            default:
                return 0
            }
        }
    }
}
