internal import Dispatch
internal import Synchronization

/// Gives up calls that nobody waits for any longer, whatever the thread does that should answer them: a name server that is silent holds
/// it up for half a minute.
final class CallDeadlines: Sendable {
    private struct State {
        /// In the order of their deadlines, as all have the same time.
        var calls: [(call: PendingCall, deadline: ContinuousClock.Instant)] = []
        var isArmed = false
    }

    private let timeout: Duration
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "sluice.redis.deadlines")

    init(_ timeout: Duration) {
        self.timeout = timeout
    }

    func add(_ call: PendingCall) {
        state.withLock { state in
            state.calls.append((call, .now + timeout))
            if !state.isArmed { arm(&state, timeout) }
        }
    }

    private func arm(_ state: inout State, _ pause: Duration) {
        state.isArmed = true
        let (seconds, attoseconds) = pause.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [weak self] in
            self?.giveUp()
        }
    }

    private func giveUp() {
        let late = state.withLock { state in
            let now = ContinuousClock.now
            let next = state.calls.firstIndex { $0.call.isOpen && $0.deadline > now }
            let late = state.calls.prefix(upTo: next ?? state.calls.count)
            state.calls.removeFirst(late.count)
            state.isArmed = false
            if let next = state.calls.first { arm(&state, now.duration(to: next.deadline)) }
            return late
        }
        for (call, _) in late { call.fail("Redis did not answer in time") }
    }
}
