internal import CSluiceLinux
internal import Dispatch
internal import Foundation
internal import SluiceCore

/// Where log lines go: a bounded queue in memory and one thread that writes it to a descriptor.
///
/// Appending never waits for the descriptor. When it blocks, is closed or its disk is full, lines are dropped whole and
/// counted, and one line says how many once it works again. Make one per process, at the start, and ``flush(timeout:)``
/// it at the end. The thread ends when the sink is released.
public final class LogSink: Sendable {
    /// How many bytes wait at most; about ten thousand lines.
    public static let defaultCapacity = 1 << 20

    private let queue: LogQueue

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - descriptor: an open file descriptor, which stays the caller's to close. It may be non-blocking.
    ///   - format: how the line about lost lines is written.
    ///   - capacity: how many bytes wait at most; further lines are dropped.
    public init(
        descriptor: Int32 = 2, format: LogFormat = .json,
        capacity: Int = LogSink.defaultCapacity
    ) {
        let queue = LogQueue(capacity: capacity)
        self.queue = queue
        let descriptor = LogDescriptor(descriptor: descriptor)
        let thread = Thread {
            sluice_name_thread("sluice-log")
            LogDescriptor.blockSIGPIPE()
            var writer = LogWriter(
                queue: queue, note: { Self.note(of: $0, format) }, put: descriptor.put)
            writer.run()
        }
        thread.start()
    }

    private static func note(of lost: Int, _ format: LogFormat) -> [UInt8] {
        format.line(
            time: Timestamp.now(), level: "warning", message: "log lines were lost",
            LostLines(count: lost))
    }

    deinit {
        queue.close()
    }

    /// Adds a line. It takes a lock for the time of a copy and never waits for anything else.
    ///
    /// - Parameter line: the line without its newline. It must contain none; ``LogFormat`` sees to that.
    public func append(_ line: [UInt8]) {
        queue.append(line)
    }

    /// Adds the line of a finished request.
    func append(_ record: AccessRecord, _ format: LogFormat) {
        queue.append(record, at: .now, format)
    }

    /// How many lines have been lost since the start.
    public var droppedLines: Int { queue.dropped }

    /// Waits until everything appended so far is written, or lost. For the end of the process: it blocks its thread.
    ///
    /// - Returns: false when the time ran out first.
    @discardableResult
    public func flush(timeout: Duration) -> Bool {
        let (seconds, attoseconds) = timeout.components
        // A day is as good as for ever, and its nanoseconds fit.
        let nanoseconds =
            Int(min(seconds, 86_400)) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        return queue.flush(timeout: .nanoseconds(nanoseconds))
    }
}
