import Synchronization

/// Opens once; who waits goes on then.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

/// A value that another thread finds out.
final class Noted<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)
    private let gate = Gate()

    func set(_ value: Value) {
        stored.withLock { $0 = value }
        gate.open()
    }

    func value() async -> Value? {
        await gate.wait()
        return stored.withLock { $0 }
    }
}
