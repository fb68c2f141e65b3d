/// Work that may wait, on its way or under way on one loop. What it does with what is not `Sendable` stays on that loop.
public final class LoopTask {
    /// Taken out when it begins: it refers to what waits for the task's end.
    private var body: (nonisolated(nonsending) () async -> Void)?
    fileprivate var worker: LoopWorker?
    fileprivate var isCancelled = false

    fileprivate init(_ body: nonisolated(nonsending) @escaping () async -> Void) {
        self.body = body
    }

    fileprivate func run() async {
        let body = self.body
        self.body = nil
        await body?()
    }

    /// Has `Task.isCancelled` say so to the body, and to whatever the body waits for. The body runs in any case.
    public func cancel() {
        isCancelled = true
        worker?.cancel()
    }
}

/// The work of one loop that runs as async code, and the tasks that do it.
///
/// Making a task costs as much as parsing a request. So a few are kept: each takes one piece of work after another, and while one waits
/// inside its work, another takes the next.
final class LoopTasks {
    private var waiting: [LoopTask] = []
    private var taken = 0
    /// Where this turn's work ends. What work itself adds is the next turn's, so that nobody keeps the loop from its sockets.
    private var roundEnd = 0
    private var resting: [LoopWorker] = []
    private(set) var isStopped = false

    /// A resting worker keeps the memory that its deepest work needed.
    private static let restingWorkers = 4

    func add(_ body: nonisolated(nonsending) @escaping () async -> Void) -> LoopTask {
        let task = LoopTask(body)
        if !isStopped { waiting.append(task) }
        return task
    }

    var isEmpty: Bool { taken == waiting.count }

    /// Takes up what waits now.
    func beginRound() {
        roundEnd = waiting.count
    }

    /// Forgets what was taken up.
    func endRound() {
        roundEnd = 0
        guard taken > 0 else { return }
        waiting.removeFirst(taken)
        taken = 0
    }

    /// Gets a worker for what is left of this round, if something is. The worker then takes all of it, until it has to wait itself.
    ///
    /// - Parameter hire: makes a worker's task.
    /// - Returns: whether the executor has something to run.
    func begin(_ hire: (LoopWorker) -> Void) -> Bool {
        guard taken < roundEnd else { return false }
        if let worker = resting.popLast() {
            worker.wake()
        } else {
            hire(LoopWorker(self))
        }
        return true
    }

    fileprivate func next() -> LoopTask? {
        guard taken < roundEnd else { return nil }
        taken += 1
        return waiting[taken - 1]
    }

    fileprivate func mayRest() -> Bool {
        !isStopped && resting.count < Self.restingWorkers
    }

    fileprivate func rest(_ worker: LoopWorker) {
        resting.append(worker)
    }

    /// Ends the workers that rest; they need one more turn of their executor. What has not begun never will, and is let go: it refers
    /// to what lives on the loop, which refers to this.
    func stop() {
        isStopped = true
        waiting = []
        for worker in resting { worker.wake() }
        resting = []
    }
}

/// One task that does a loop's work, piece after piece.
final class LoopWorker {
    private let tasks: LoopTasks
    /// What runs this; set by the loop that hires the worker.
    var task: Task<Void, Never>?
    private var rester: UnsafeContinuation<Void, Never>?

    fileprivate init(_ tasks: LoopTasks) {
        self.tasks = tasks
    }

    func run() async {
        // A cancelled task stays so, and would cancel what it does next.
        while await runWhatWaits(), tasks.mayRest() {
            await withUnsafeContinuation { continuation in
                rester = continuation
                tasks.rest(self)
            }
        }
        task = nil
    }

    /// - Returns: whether this task can do more.
    private func runWhatWaits() async -> Bool {
        while let work = tasks.next() {
            await run(work)
            if Task.isCancelled { return false }
        }
        return true
    }

    private func run(_ work: LoopTask) async {
        work.worker = self
        if work.isCancelled { cancel() }
        await work.run()
        work.worker = nil
    }

    fileprivate func wake() {
        let waiting = rester
        rester = nil
        waiting?.resume()
    }

    fileprivate func cancel() {
        task?.cancel()
    }
}
