public import SluiceCore

/// A clock that stands still until it is told to move.
public final class ManualClock: ExchangeClock {
    /// Nanoseconds.
    public private(set) var now: UInt64

    /// How long the turn of the loop that began at ``now`` has lasted, in nanoseconds.
    public var sinceTurnBegan: UInt64 = 0

    public var precise: UInt64 { now &+ sinceTurnBegan }

    /// - Parameter now: nanoseconds.
    public init(now: UInt64 = 1_000_000_000) {
        self.now = now
    }

    /// Moves the time on.
    public func advance(by duration: Duration) {
        now &+= duration.nanoseconds
    }
}
