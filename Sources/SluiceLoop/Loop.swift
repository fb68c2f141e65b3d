internal import CSluiceLinux
internal import Foundation
internal import Synchronization

/// One event loop: a thread that sleeps in epoll, and the actor whose isolation everything on it shares.
///
/// What a loop serves (connections, pools, exchanges) are plain classes that are not `Sendable`. They are made inside
/// ``run(_:)`` and can, by the compiler's own rule, not leave it.
public actor Loop {
    private let executor: LoopExecutor
    private lazy var poller = Poller(loop: self, wakeDescriptor: executor.wakeDescriptor)
    private let isStopped = Atomic<Bool>(false)
    public nonisolated let name: String

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// How many loops make use of all processors this process may run on.
    public static var processorCount: Int { Int(sluice_processors()) }

    private init(name: String) {
        self.name = name
        executor = LoopExecutor()
    }

    /// Starts a loop on a thread of its own.
    public static func start(name: String) -> Loop {
        let loop = Loop(name: name)
        let thread = Thread {
            // Foundation's own name for a thread does not reach the kernel.
            sluice_name_thread(name)
            loop.turnUntilStopped()
        }
        thread.stackSize = 1 << 20
        thread.start()
        return loop
    }

    /// Ends the thread after its current turn.
    public nonisolated func stop() {
        isStopped.store(true, ordering: .releasing)
        executor.wake()
    }

    /// Runs `body` on the loop with its poller: the way in for everything that lives there.
    public func run<Result: Sendable, Failure: Error>(
        _ body: sending (Poller) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(poller)
    }

    /// Like ``run(_:)`` for work that waits; it comes back to the loop after each `await`.
    public func perform<Result: Sendable, Failure: Error>(
        _ body: sending nonisolated(nonsending) (Poller) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await body(poller)
    }

    private nonisolated func turnUntilStopped() {
        executor.adoptCurrentThread()
        // One check of where this is for all turns; jobs run inside of it as they would beside it.
        assumeIsolated { loop in
            loop.turn()
            // What lives on the loop refers to its poller: without this neither would ever be freed.
            loop.poller.tasks.stop()
            loop.poller.residents.removeAll()
            loop.poller.alarms.removeAll()
        }
        executor.drain()
    }

    private func turn() {
        let poller = poller
        while !isStopped.load(ordering: .acquiring) {
            executor.drain()
            poller.tasks.beginRound()
            while beginWork() { executor.drain() }
            poller.tasks.endRound()
            // Work that this brings about has the next turn: who sends one request behind another must not keep the loop from the others.
            while poller.endTurn() { executor.drain() }
            if poller.turn() { executor.woke() }
        }
        // What the last handlers left, which would refer to the poller for ever.
        _ = poller.endTurn()
    }

    private func beginWork() -> Bool {
        poller.tasks.begin { hire($0) }
    }

    /// A task of this actor that prefers this executor too: without the preference the runtime resumes continuations by way of the
    /// global pool, which costs two thread switches each.
    private func hire(_ worker: LoopWorker) {
        let carried = CarriedWorker(worker: worker)
        worker.task = Task(executorPreference: executor) { await self.employ(carried) }
    }

    private func employ(_ carried: CarriedWorker) async {
        await carried.worker.run()
    }
}

extension Poller {
    /// Runs work that may wait on this poller's loop, with what is not `Sendable` in it. It begins once the handlers of this turn have run.
    ///
    /// - Parameter body: runs on the loop only; every `await` in it comes back to the loop. Give it a function, not a closure
    ///   in braces: with Swift 6.3 a closure that captures `self` starts on the global pool whatever its declared isolation, and
    ///   what is started here asserts with `preconditionIsolated()` where it is.
    @discardableResult
    public func spawn(
        _ body: nonisolated(nonsending) @escaping () async -> Void
    ) -> LoopTask {
        tasks.add(body)
    }
}

/// Carries a worker from a loop to the same loop.
///
/// Safety: made by `Loop.hire` on the loop's thread and used by `Loop.employ`, which is isolated to that loop: what the worker
/// refers to is never touched by another thread.
private struct CarriedWorker: @unchecked Sendable {
    let worker: LoopWorker
}
