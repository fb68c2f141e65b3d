internal import Dispatch
internal import SluiceCore
internal import Synchronization

/// The bytes between those who log and the thread that writes: a bounded queue of whole lines.
final class LogQueue: Sendable {
    private struct State {
        var pending: [UInt8] = []
        var pendingLines = 0
        /// What lines of the access log have in common. It is here so that one lock serves for a line.
        var access = AccessLines()
        /// Bytes that the writer holds; they count against the capacity until they are written.
        var writing = 0
        var dropped = 0
        var isClosed = false
        var waiters: [DispatchSemaphore] = []
    }

    /// What the writer takes at once.
    struct Batch {
        var bytes: [UInt8] = []
        var lines = 0
        var isLast = false
    }

    /// Above this an empty buffer is given back to the system: an idle proxy keeps no megabyte.
    private static let keptCapacity = 256 << 10

    private let capacity: Int
    private let state = Mutex(State())
    /// Signalled when the queue stops being empty. It counts, so a signal to a busy writer costs no system call.
    private let wake = DispatchSemaphore(value: 0)

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How many lines have been lost so far.
    var dropped: Int { state.withLock { $0.dropped } }

    func countDropped(_ lines: Int) {
        state.withLock { $0.dropped += lines }
    }

    /// Adds a line, which has no newline of its own, or counts it as lost when there is no room.
    func append(_ line: [UInt8]) {
        let wasEmpty = state.withLock { state in
            add(to: &state) { $0.pending.append(contentsOf: line) }
        }
        if wasEmpty { wake.signal() }
    }

    /// Adds the line of a request, which is put together where it waits.
    func append(_ record: AccessRecord, at time: Timestamp.Time, _ format: LogFormat) {
        let wasEmpty = state.withLock { state in
            add(to: &state) { $0.access.append(record, at: time, format, to: &$0.pending) }
        }
        if wasEmpty { wake.signal() }
    }

    /// Has a line appended to the pending ones. One that proves too long is taken off again and counted.
    ///
    /// - Returns: whether it is the first, so that the writer must be woken.
    @inline(__always)
    private func add(to state: inout State, _ append: (inout State) -> Void) -> Bool {
        let start = state.pending.count
        guard start + state.writing < capacity, !state.isClosed else {
            state.dropped += 1
            return false
        }
        append(&state)
        state.pending.append(UInt8(ascii: "\n"))
        guard state.pending.count + state.writing <= capacity else {
            state.pending.removeSubrange(start...)
            state.dropped += 1
            return false
        }
        state.pendingLines += 1
        return start == 0
    }

    /// Waits for lines; called by the writer alone. It changes buffers with `batch`, the one before, and so two of them
    /// serve for ever.
    func next(into batch: inout Batch) {
        batch.bytes.removeAll(keepingCapacity: true)
        let isIdle = state.withLock { state in
            state.writing = 0
            guard state.pending.isEmpty else { return false }
            Self.release(&state)
            if state.pending.capacity > Self.keptCapacity { state.pending = [] }
            return true
        }
        if isIdle, batch.bytes.capacity > Self.keptCapacity { batch.bytes = [] }
        wake.wait()
        state.withLock { state in
            swap(&state.pending, &batch.bytes)
            batch.lines = state.pendingLines
            batch.isLast = state.isClosed
            state.pendingLines = 0
            state.writing = batch.bytes.count
        }
    }

    /// Waits until all that has been appended is written or lost.
    ///
    /// - Returns: false when `timeout` ran out first.
    func flush(timeout: DispatchTimeInterval) -> Bool {
        let done = DispatchSemaphore(value: 0)
        let isIdle = state.withLock { state -> Bool in
            if state.pending.isEmpty && state.writing == 0 { return true }
            state.waiters.append(done)
            return false
        }
        return isIdle || done.wait(timeout: .now() + timeout) == .success
    }

    /// Takes no more lines; the writer ends when it has written the rest.
    func close() {
        state.withLock { $0.isClosed = true }
        wake.signal()
    }

    /// The writer has gone: nobody need wait for it.
    func finish() {
        state.withLock { state in
            state.writing = 0
            Self.release(&state)
        }
    }

    private static func release(_ state: inout State) {
        for waiter in state.waiters { waiter.signal() }
        state.waiters = []
    }
}
