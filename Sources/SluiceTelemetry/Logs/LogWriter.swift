internal import Foundation

/// The thread's side of a ``LogSink``: writes batches and survives whatever happens to the descriptor.
struct LogWriter {
    /// The writer rests this long after each batch, in seconds, so that under load it wakes a hundred times a second.
    private static let rest = 0.01
    /// At most one note about lost lines in this time, in seconds.
    static let noteInterval = 10.0

    private let queue: LogQueue
    /// Makes the line that says how many were lost.
    private let note: (Int) -> [UInt8]
    /// Writes some of the bytes from a position on and says how many; zero when none can be written now.
    private let put: ([UInt8], Int) -> Int

    /// The last write ended inside a line: the next one begins with a newline, so that no two lines grow together.
    private var isInsideLine = false
    private var reported = 0
    private var lastNote = -Double.infinity

    init(
        queue: LogQueue, note: @escaping (Int) -> [UInt8], put: @escaping ([UInt8], Int) -> Int
    ) {
        self.queue = queue
        self.note = note
        self.put = put
    }

    mutating func run() {
        var batch = LogQueue.Batch()
        while true {
            queue.next(into: &batch)
            write(batch.bytes, now: ProcessInfo.processInfo.systemUptime)
            if batch.isLast { break }
            Thread.sleep(forTimeInterval: Self.rest)
        }
        queue.finish()
    }

    /// Writes a batch, and then, when it could be written and lines were lost before, the note about them.
    mutating func write(_ bytes: [UInt8], now: Double) {
        guard !bytes.isEmpty, writeLines(bytes) else { return }
        let dropped = queue.dropped
        guard dropped > reported, now - lastNote >= Self.noteInterval else { return }
        if writeLines(note(dropped - reported) + [UInt8(ascii: "\n")]) {
            reported = dropped
            lastNote = now
        }
    }

    private mutating func writeLines(_ bytes: [UInt8]) -> Bool {
        var start = 0
        if isInsideLine, put([UInt8(ascii: "\n")], 0) == 1 { isInsideLine = false }
        while start < bytes.count, !isInsideLine {
            let count = put(bytes, start)
            if count == 0 { break }
            start += count
        }
        guard start < bytes.count else { return true }
        isInsideLine = isInsideLine || (start > 0 && bytes[start - 1] != UInt8(ascii: "\n"))
        queue.countDropped(bytes[start...].reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) })
        return false
    }
}
