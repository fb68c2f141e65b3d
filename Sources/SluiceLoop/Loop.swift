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

    /// Done once per process, before the first loop runs.
    private static let keepsFreedMemory: Void = sluice_keep_freed_memory()

    private init(name: String) {
        self.name = name
        executor = LoopExecutor()
    }

    /// Starts a loop on a thread of its own.
    public static func start(name: String) -> Loop {
        _ = keepsFreedMemory
        let loop = Loop(name: name)
        let thread = Thread { loop.turnUntilStopped() }
        thread.name = name
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
        while !isStopped.load(ordering: .acquiring) {
            executor.drain()
            let wasWoken = assumeIsolated { loop in
                loop.poller.finishTurn()
                return loop.poller.turn()
            }
            if wasWoken { executor.woke() }
        }
        // What lives on the loop refers to its poller: without this neither would ever be freed.
        assumeIsolated { $0.poller.residents.removeAll() }
    }
}

extension Poller {
    /// Starts a task on this poller's loop, with what is not `Sendable` in it.
    ///
    /// - Parameter body: runs on the loop only; every `await` in it comes back to the loop. Give it a function, not a closure
    ///   in braces: with Swift 6.3 a closure that captures `self` starts on the global pool whatever its declared isolation, and
    ///   what is started here asserts with `preconditionIsolated()` where it is.
    @discardableResult
    public func spawn(
        _ body: nonisolated(nonsending) @escaping () async -> Void
    ) -> Task<Void, Never> {
        let work = LoopWork(body: body)
        return loop.assumeIsolated { $0.begin(work) }
    }
}

/// Carries a closure from a loop to the same loop.
///
/// Safety: made by `Poller.spawn` on the loop's thread and called by `Loop.perform`, which is isolated to that loop: what the
/// closure captured is never touched by another thread.
private struct LoopWork: @unchecked Sendable {
    let body: nonisolated(nonsending) () async -> Void
}

extension Loop {
    /// A task of this actor that prefers this executor too: without the preference the runtime resumes continuations by way of the
    /// global pool, which costs two thread switches each.
    fileprivate func begin(_ work: LoopWork) -> Task<Void, Never> {
        Task(executorPreference: executor) { await self.perform(work) }
    }

    private func perform(_ work: LoopWork) async {
        await work.body()
    }
}
