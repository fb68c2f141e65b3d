internal import Dispatch

/// Work that takes so long that other exchanges would notice it: done beside the loops.
package enum LongWork {
    private static let queue = DispatchQueue.global(qos: .userInitiated)

    /// Has it done, and returns at once.
    package static func begin(_ work: @escaping @Sendable () -> Void) {
        queue.async { work() }
    }

    /// Does it on a thread of the system's pool while this waits.
    package static func run<Result: Sendable>(
        _ work: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }
}
