internal import Synchronization

/// Keeps a warning that every request would write down to one in ten seconds.
final class Complaints: Sendable {
    private static let pause = Duration.seconds(10)
    private let next = Mutex(ContinuousClock.now)

    /// Whether it is time for one.
    var isDue: Bool {
        next.withLock { next in
            guard next <= .now else { return false }
            next = .now + Self.pause
            return true
        }
    }
}
