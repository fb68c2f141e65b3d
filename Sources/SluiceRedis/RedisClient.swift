internal import Dispatch
internal import Glibc
package import SluiceCore
internal import Synchronization

/// Asks one Redis server, away from the loops: a queue of its own sends what has gathered in one go and reads the replies.
///
/// A server that is gone is looked for again, at first at once and then after longer and longer pauses, in which every question fails at
/// once: nobody waits longer than the timeout.
package final class RedisClient: Sendable {
    package typealias Answer = Result<RedisValue, LimitStoreUnavailable>

    struct Call: Sendable {
        let script: RedisScript
        let keys: [String]
        let arguments: [String]
        /// Asked before it is sent; a call that is not wanted any more gets no answer.
        var isWanted: @Sendable () -> Bool = { true }
        let answer: @Sendable (Answer) -> Void
    }

    private struct State {
        var waiting: [Call] = []
        var isWorking = false
    }

    /// What only the queue's work touches.
    ///
    /// Safety: the queue is serial.
    private final class Link: @unchecked Sendable {
        var connection: RedisConnection?
        var digests: [String: String] = [:]
        var usedAt = ContinuousClock.now
        var failures = 0
        var restUntil = ContinuousClock.now
    }

    /// Questions that may wait; beyond them the server is as good as gone.
    private static let mostWaiting = 20_000
    /// Questions that are sent at once.
    private static let batch = 256
    /// A connection that was not used for so long is asked whether it is there.
    private static let checkAfter = Duration.seconds(1)
    private static let longestRest = Duration.seconds(2)

    package let address: RedisAddress
    private let timeout: Duration
    private let state = Mutex(State())
    private let link = Link()
    private let queue = DispatchQueue(label: "sluice.redis")

    /// - Parameter timeout: to connect, and for each reply.
    package init(_ address: RedisAddress, timeout: Duration) {
        self.address = address
        self.timeout = timeout
    }

    /// Runs a script and waits for its reply.
    func run(
        _ script: RedisScript, keys: [String], arguments: [String]
    ) async throws -> RedisValue {
        let answer = await withCheckedContinuation { continuation in
            send(
                Call(script: script, keys: keys, arguments: arguments) {
                    continuation.resume(returning: $0)
                })
        }
        return try answer.get()
    }

    /// Asks, and returns at once.
    func send(_ call: Call) {
        if offer(call) { return }
        call.answer(.failure(LimitStoreUnavailable("too many questions are waiting for Redis")))
    }

    /// The same for who can do without.
    ///
    /// - Returns: false where too many are waiting; then there will be no answer.
    func offer(_ call: Call) -> Bool {
        enum Step { case begin, wait, refuse }
        let step = state.withLock { state -> Step in
            guard state.waiting.count < Self.mostWaiting else { return .refuse }
            state.waiting.append(call)
            defer { state.isWorking = true }
            return state.isWorking ? .wait : .begin
        }
        if step == .begin { queue.async { self.work() } }
        return step != .refuse
    }

    private func work() {
        Self.blockSIGPIPE()
        while let batch = takeBatch() {
            // Asked here, as the batch before may have changed what is.
            let calls = batch.filter { $0.isWanted() }
            if calls.isEmpty { continue }
            do {
                let replies = try ask(calls)
                link.failures = 0
                for (call, reply) in zip(calls, replies) { call.answer(Self.answer(reply)) }
            } catch {
                link.connection = nil
                let failure = LimitStoreUnavailable("Redis at \(address): \(error)")
                for call in calls { call.answer(.failure(failure)) }
            }
        }
    }

    private func takeBatch() -> [Call]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isWorking = false
                return nil
            }
            let calls = Array(state.waiting.prefix(Self.batch))
            state.waiting.removeFirst(calls.count)
            return calls
        }
    }

    private static func answer(_ reply: RedisValue) -> Answer {
        if case .error(let text) = reply {
            return .failure(LimitStoreUnavailable("Redis: \(text)"))
        }
        return .success(reply)
    }

    // MARK: On the queue

    private func ask(_ calls: [Call]) throws -> [RedisValue] {
        guard link.restUntil <= .now else {
            throw RedisConnection.Failure(description: "not reachable a moment ago")
        }
        do {
            return try answers(to: calls)
        } catch {
            rest()
            throw error
        }
    }

    private func answers(to calls: [Call]) throws -> [RedisValue] {
        let connection = try connection()
        var replies = try connection.run(
            calls.map { call in
                ["EVALSHA", link.digests[call.script.name] ?? "", String(call.keys.count)]
                    + call.keys + call.arguments
            })
        // Somebody may have made the server forget its scripts.
        let unknown = replies.indices.filter { replies[$0].isUnknownScript }
        if !unknown.isEmpty {
            let again = try connection.run(
                unknown.map { index in
                    let call = calls[index]
                    return ["EVAL", call.script.source, String(call.keys.count)]
                        + call.keys + call.arguments
                })
            for (index, reply) in zip(unknown, again) { replies[index] = reply }
        }
        link.usedAt = .now
        return replies
    }

    private func connection() throws -> RedisConnection {
        if let connection = link.connection {
            if link.usedAt.duration(to: .now) < Self.checkAfter { return connection }
            if (try? connection.run([["PING"]])) != nil { return connection }
            link.connection = nil
        }
        let connection = try RedisConnection(address, timeout: timeout)
        let digests = try connection.run(RedisScript.all.map { ["SCRIPT", "LOAD", $0.source] })
        for (script, digest) in zip(RedisScript.all, digests) {
            guard case .text(let digest) = digest else {
                throw RedisConnection.Failure(description: "does not take scripts: \(digest)")
            }
            link.digests[script.name] = digest
        }
        link.connection = connection
        return connection
    }

    /// The first look for a server that is gone comes at once.
    private func rest() {
        let pause = Duration.milliseconds(25) * (1 << min(link.failures, 7))
        link.restUntil = .now + (link.failures == 0 ? .zero : min(pause, Self.longestRest))
        link.failures += 1
    }

    /// A write to a server that is gone would end the process.
    private static func blockSIGPIPE() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}

extension RedisValue {
    fileprivate var isUnknownScript: Bool {
        if case .error(let text) = self { text.hasPrefix("NOSCRIPT") } else { false }
    }
}
