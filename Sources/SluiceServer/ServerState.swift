internal import Synchronization

/// What the loops of one server share.
final class ServerState: Sendable {
    let connections = Atomic<Int>(0)
    let sentAway = Atomic<Int>(0)
    /// A handshake costs a thousand times more than its lock.
    private let handshakes = Mutex(HandshakeCounts())
    private let exhaustedAt = Atomic<UInt64>(0)
    private let onExhaustion: @Sendable () -> Void

    init(onExhaustion: @escaping @Sendable () -> Void) {
        self.onExhaustion = onExhaustion
    }

    var handshakeCounts: HandshakeCounts { handshakes.withLock { $0 } }

    func count(_ change: (inout HandshakeCounts) -> Void) {
        handshakes.withLock { change(&$0) }
    }

    /// Says that the process is out of descriptors, at most once in ten seconds.
    func noteExhaustion(now: UInt64) {
        let last = exhaustedAt.load(ordering: .relaxed)
        // The loops' clocks differ by a turn, so `now` may be the earlier one.
        guard last == 0 || now > last + 10_000_000_000 else { return }
        // Loops run out in the same moment, and one of them tells.
        let mine = exhaustedAt.compareExchange(expected: last, desired: now, ordering: .relaxed)
        if mine.exchanged { onExhaustion() }
    }
}
