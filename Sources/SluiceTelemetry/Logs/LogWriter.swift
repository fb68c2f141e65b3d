internal import Foundation
internal import Glibc

/// The thread's side of a ``LogSink``: writes batches to a descriptor and survives whatever happens to it.
struct LogWriter {
    let queue: LogQueue
    let descriptor: Int32
    /// Makes the line that says how many were lost.
    let note: @Sendable (Int) -> [UInt8]

    /// The writer rests this long after each batch, so that under load it wakes a hundred times a second.
    private static let rest = 0.01
    /// At most one note about lost lines in this time.
    private static let noteInterval: TimeInterval = 10
    /// A blocked descriptor is looked at again this often, in milliseconds, to notice the end of the process's patience.
    private static let pollInterval: Int32 = 1_000
    private static let writeSize = 64 << 10

    /// The last write ended inside a line: the next one begins with a newline, so that no two lines grow together.
    private var isInsideLine = false
    private var reported = 0
    private var lastNote = -Double.infinity

    init(queue: LogQueue, descriptor: Int32, note: @escaping @Sendable (Int) -> [UInt8]) {
        self.queue = queue
        self.descriptor = descriptor
        self.note = note
    }

    mutating func run() {
        Self.blockSIGPIPE()
        var spent: [UInt8] = []
        while true {
            let batch = queue.next(reusing: spent)
            let isWritten = write(batch.bytes)
            if isWritten { reportLoss() }
            spent = batch.bytes
            if batch.isLast { break }
            Thread.sleep(forTimeInterval: Self.rest)
        }
        queue.finish()
    }

    /// A write to a pipe without a reader raises SIGPIPE for the thread that writes. Only this thread blocks it: what
    /// the rest of the process does about signals is not ours to decide.
    private static func blockSIGPIPE() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private mutating func write(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return false }
        var start = 0
        if isInsideLine {
            guard put([UInt8(ascii: "\n")], from: 0) == 1 else {
                queue.countDropped(Self.lines(in: bytes[...]))
                return false
            }
            isInsideLine = false
        }
        while start < bytes.count {
            let count = put(bytes, from: start)
            if count == 0 { break }
            start += count
        }
        guard start < bytes.count else { return true }
        isInsideLine = start > 0 && bytes[start - 1] != UInt8(ascii: "\n")
        queue.countDropped(Self.lines(in: bytes[start...]))
        return false
    }

    /// Writes some bytes and says how many; zero when the descriptor takes none (closed pipe, full disk).
    private func put(_ bytes: [UInt8], from start: Int) -> Int {
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

    private mutating func reportLoss() {
        let dropped = queue.dropped
        let now = ProcessInfo.processInfo.systemUptime
        guard dropped > reported, now - lastNote >= Self.noteInterval else { return }
        if write(note(dropped - reported) + [UInt8(ascii: "\n")]) {
            reported = dropped
            lastNote = now
        }
    }

    private static func lines(in bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(into: 0) { $0 += $1 == UInt8(ascii: "\n") ? 1 : 0 }
    }
}
