public import SluiceCore

/// Stands for a loop's tasks where there is no loop: work waits here until the test runs it.
///
/// ```swift
/// let tasks = InlineTasks()
/// let services = LoopServices(transport: transport, clock: clock, fetcher: NoFetcher(), spawn: tasks.spawn)
/// exchange.start()
/// await tasks.run()
/// ```
public final class InlineTasks {
    private final class Work: SpawnedWork {
        let body: nonisolated(nonsending) () async -> Void

        init(_ body: nonisolated(nonsending) @escaping () async -> Void) {
            self.body = body
        }

        /// What it waits for belongs to the test's own task, which goes on.
        func cancel() {}
    }

    private var waiting: [Work] = []

    /// Without work.
    public init() {}

    /// Keeps work for ``run()``.
    public func spawn(
        _ body: nonisolated(nonsending) @escaping () async -> Void
    ) -> any SpawnedWork {
        let work = Work(body)
        waiting.append(work)
        return work
    }

    /// Does what waits and what that brings about, one piece after another.
    public func run() async {
        while !waiting.isEmpty {
            await waiting.removeFirst().body()
        }
    }
}
