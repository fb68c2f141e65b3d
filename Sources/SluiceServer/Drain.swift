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
        // In a task that is cancelled no sleep lasts, and there would be no limit: this one nobody can cancel.
        await Task { await runUncancelled(within: limit) }.value
    }

    private func runUncancelled(within limit: Duration) async -> Int {
        await withTaskGroup(of: Step.self) { group in
            group.addTask {
                await finish()
                return .finished
            }
            group.addTask {
                guard (try? await Task.sleep(for: limit)) != nil else { return .calledOff }
                return .interrupted(await interrupt())
            }
            var interrupted = 0
            if case .interrupted(let count) = await group.next() {
                interrupted = count
                // Error events are on their way; a client that does not read, or a part that does not end, is not waited for.
                group.addTask {
                    guard (try? await Task.sleep(for: Self.patience)) != nil else {
                        return .calledOff
                    }
                    await abandon()
                    return .abandoned
                }
                _ = await group.next()
            }
            group.cancelAll()
            // Interrupting can end the last exchange before it knows how many there were.
            for await case .interrupted(let count) in group { interrupted = count }
            return interrupted
        }
    }

    private enum Step {
        case finished
        case interrupted(Int)
        case abandoned
        /// There was no need for it any more.
        case calledOff
    }
}
