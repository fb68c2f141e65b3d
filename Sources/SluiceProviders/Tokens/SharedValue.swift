internal import Synchronization

/// A value that is expensive to get and good for a while. Whoever needs it first gets it; others wait for that one attempt.
final class SharedValue<Value: Sendable>: Sendable {
    typealias Clock = @Sendable () -> ContinuousClock.Instant

    private enum Answer: Sendable {
        case value(Value)
        case failed(any Error)
        /// Whoever was getting the value went away: somebody else has to.
        case tryAgain
    }

    private struct State {
        var value: Value?
        var goodUntil: ContinuousClock.Instant?
        var isBusy = false
        var waiting: [CheckedContinuation<Answer, Never>] = []
    }

    private enum Step {
        case value(Value)
        case get
        case wait
    }

    private let state = Mutex(State())
    private let now: Clock

    init(now: @escaping Clock = { .now }) {
        self.now = now
    }

    /// The value at hand, or a new one.
    ///
    /// - Parameter get: makes a value and says how long it is good; nil for ever. Runs in the caller's task: if that is cancelled, one of
    ///   those that wait takes over. Any other failure is everybody's.
    nonisolated(nonsending) func value(
        _ get: nonisolated(nonsending) () async throws -> (Value, Duration?)
    ) async throws -> Value {
        while true {
            switch step() {
            case .value(let value): return value
            case .get: return try await take(get)
            case .wait:
                switch await answer() {
                case .value(let value): return value
                case .failed(let error): throw error
                case .tryAgain: continue
                }
            }
        }
    }

    /// Forgets the value if it is this one.
    func drop(where isRejected: (Value) -> Bool) {
        state.withLock { state in
            if let value = state.value, isRejected(value) { state.value = nil }
        }
    }

    private func step() -> Step {
        let now = now()
        return state.withLock { state in
            if let value = state.value, state.goodUntil.map({ now < $0 }) ?? true {
                return .value(value)
            }
            if state.isBusy { return .wait }
            state.isBusy = true
            return .get
        }
    }

    nonisolated(nonsending) private func take(
        _ get: nonisolated(nonsending) () async throws -> (Value, Duration?)
    ) async throws -> Value {
        do {
            let (value, life) = try await get()
            let goodUntil = life.map { now().advanced(by: $0) }
            finish(.value(value)) { state in
                state.value = value
                state.goodUntil = goodUntil
            }
            return value
        } catch {
            let isCancelled = error is CancellationError || Task.isCancelled
            finish(isCancelled ? .tryAgain : .failed(error)) { $0.value = nil }
            throw error
        }
    }

    private func finish(_ answer: Answer, _ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            state.isBusy = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: answer) }
    }

    nonisolated(nonsending) private func answer() async -> Answer {
        await withCheckedContinuation { continuation in
            let isWaiting = state.withLock { state in
                if state.isBusy { state.waiting.append(continuation) }
                return state.isBusy
            }
            if !isWaiting { continuation.resume(returning: .tryAgain) }
        }
    }

    /// How many wait; for tests.
    var waiting: Int { state.withLock { $0.waiting.count } }
}
