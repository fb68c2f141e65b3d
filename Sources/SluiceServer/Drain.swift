/// Lets what is under way finish, interrupts what is left after a time, and gives up what does not end then.
package struct Drain: Sendable {
    private static let patience = Duration.seconds(2)

    private let finish: @Sendable () async -> Void
    private let interrupt: @Sendable () async -> Int
    private let abandon: @Sendable () async -> Void

    /// - Parameters:
    ///   - finish: returns when nothing is under way any more.
    ///   - interrupt: ends what is under way with an error its readers can see; returns how much that was.
    ///   - abandon: lets go of what is left, so that `finish` returns.
    package init(
        finish: @escaping @Sendable () async -> Void,
        interrupt: @escaping @Sendable () async -> Int,
        abandon: @escaping @Sendable () async -> Void
    ) {
        self.finish = finish
        self.interrupt = interrupt
        self.abandon = abandon
    }

    /// - Returns: how many exchanges had to be interrupted.
    package func run(within limit: Duration) async -> Int {
        await withTaskGroup(of: Int?.self) { group in
            group.addTask {
                await finish()
                return 0
            }
            group.addTask {
                guard (try? await Task.sleep(for: limit)) != nil else { return nil }
                return await interrupt()
            }
            var interrupted = await group.next().flatMap(\.self) ?? 0
            if interrupted > 0 {
                // Error events are on their way; a client that does not read, or a part that does not end, is not waited for.
                group.addTask {
                    if (try? await Task.sleep(for: Self.patience)) != nil { await abandon() }
                    return nil
                }
                _ = await group.next()
            }
            group.cancelAll()
            // Interrupting can end the last exchange before it knows how many there were.
            for await count in group { interrupted = max(interrupted, count ?? 0) }
            return interrupted
        }
    }
}
