internal import CSluiceLinux
internal import Glibc
internal import Synchronization

/// Runs the jobs of one loop on that loop's thread, and wakes the loop when a job comes from elsewhere.
///
/// Jobs that the loop's own thread enqueues (a resumed continuation, a new task) run before the loop sleeps again and
/// cost no system call. A job from another thread costs one write to an eventfd.
final class LoopExecutor: SerialExecutor, TaskExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var spare: [UnownedJob] = []
        var isSleeping = false
    }

    private let queue = Mutex(Queue())
    private let thread = Atomic<UInt>(0)
    let wakeDescriptor: Int32

    init() {
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        precondition(
            wakeDescriptor >= 0, "eventfd failed: the process is out of descriptors at start")
    }

    deinit {
        close(wakeDescriptor)
    }

    /// Tells which thread the loop runs on; called once, on it, before the first turn.
    func adoptCurrentThread() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
    }

    var isCurrent: Bool {
        thread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        // The loop's own thread drains the queue before it sleeps.
        let isHere = isCurrent
        let mustWake = queue.withLock { queue in
            queue.jobs.append(unowned)
            if isHere { return false }
            defer { queue.isSleeping = false }
            return queue.isSleeping
        }
        if mustWake { wake() }
    }

    func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    /// Runs what is queued, and what that queues in turn, then reports whether the loop may sleep.
    func drain() {
        var batch: [UnownedJob] = []
        while takeJobs(into: &batch) {
            for job in batch {
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(),
                    taskExecutor: asUnownedTaskExecutor())
            }
        }
    }

    /// Puts what is queued in place of a batch that has run. Where there is nothing, as in most turns, the lock is taken once.
    private func takeJobs(into batch: inout [UnownedJob]) -> Bool {
        queue.withLock { queue in
            if !batch.isEmpty { batch.removeAll(keepingCapacity: true) }
            queue.isSleeping = queue.jobs.isEmpty
            // The memory of a batch is kept between turns.
            if (batch.capacity == 0) != queue.isSleeping { swap(&batch, &queue.spare) }
            if queue.isSleeping { return false }
            swap(&batch, &queue.jobs)
            return true
        }
    }

    /// Marks the loop as awake, so that enqueuing costs no wake-up.
    func woke() {
        queue.withLock { $0.isSleeping = false }
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    func isSameExclusiveExecutionContext(other: LoopExecutor) -> Bool {
        self === other
    }

    func checkIsolated() {
        precondition(isCurrent, "this must run on its loop's thread")
    }
}
