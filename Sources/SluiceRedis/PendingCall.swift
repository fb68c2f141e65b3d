internal import Synchronization

/// Why a question was not answered.
package struct RedisFailure: Error, CustomStringConvertible {
    package let description: String
    /// It was sent: Redis may have run the script nevertheless.
    package var mayHaveRun = false
    /// Redis said so itself: the script has changed nothing.
    package var isReply = false

    init(_ description: String) {
        self.description = description
    }
}

/// A call that is answered exactly once: by its reply, or by whoever gives it up first.
final class PendingCall: Sendable {
    private enum Phase { case waiting, sent, answered }

    let call: RedisClient.Call
    private let phase = Mutex(Phase.waiting)

    init(_ call: RedisClient.Call) {
        self.call = call
    }

    /// Nobody has answered it.
    var isOpen: Bool { phase.withLock { $0 != .answered } }

    /// - Returns: false where it was given up, and need not be sent.
    func beginSending() -> Bool {
        phase.withLock { phase in
            guard phase == .waiting else { return false }
            phase = .sent
            return true
        }
    }

    func take(_ reply: RedisValue) {
        guard end() != .answered else { return }
        if case .error(let text) = reply {
            var failure = RedisFailure("Redis: \(text)")
            failure.isReply = true
            call.answer(.failure(failure))
        } else {
            call.answer(.success(reply))
        }
    }

    func fail(_ reason: String) {
        let before = end()
        guard before != .answered else { return }
        var failure = RedisFailure(reason)
        failure.mayHaveRun = before == .sent
        call.answer(.failure(failure))
    }

    private func end() -> Phase {
        phase.withLock { phase in
            defer { phase = .answered }
            return phase
        }
    }
}
