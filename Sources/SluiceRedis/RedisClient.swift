internal import Dispatch
internal import Glibc
internal import Synchronization

/// Asks one Redis server, away from the loops: a queue of its own sends what has gathered in one go and reads the replies.
///
/// A server that is gone is looked for again, at first at once and then after longer and longer pauses, in which every question fails at
/// once. Nobody waits longer than the timeout, whatever the queue is waiting for (``CallDeadlines``).
package final class RedisClient: Sendable {
    package typealias Answer = Result<RedisValue, RedisFailure>

    struct Call: Sendable {
        let script: RedisScript
        let keys: [String]
        let arguments: [String]
        /// Asked before it is sent; a call that is not wanted any more gets no answer.
        var isWanted: @Sendable () -> Bool = { true }
        /// Somebody waits for the answer, and not for longer than the timeout.
        var isUrgent = false
        let answer: @Sendable (Answer) -> Void
    }

    private struct State {
        var waiting: [PendingCall] = []
        var isWorking = false
        /// When the server was begun to be looked for, as long as that goes on.
        var dialledAt: ContinuousClock.Instant?
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
        /// What was told last; nil before the first answer.
        var isUp: Bool?
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
    private let deadlines: CallDeadlines
    private let dial: Dial
    private let changed: Change

    /// Hears, once each time, that the server does not answer, with the reason, or that it answers (nil).
    package typealias Change = @Sendable (_ reason: String?) -> Void

    typealias Dial =
        @Sendable (_ address: RedisAddress, _ timeout: Duration) throws -> RedisConnection

    /// - Parameter timeout: to connect, and for each answer from when it was asked for.
    package convenience init(
        _ address: RedisAddress, timeout: Duration, changed: @escaping Change = { _ in }
    ) {
        self.init(address, timeout: timeout, changed: changed) {
            try RedisConnection($0, timeout: $1)
        }
    }

    init(
        _ address: RedisAddress, timeout: Duration, changed: @escaping Change = { _ in },
        dial: @escaping Dial
    ) {
        self.changed = changed
        self.address = address
        self.timeout = timeout
        self.dial = dial
        deadlines = CallDeadlines(timeout)
    }

    /// Runs a script and waits for its reply.
    func run(
        _ script: RedisScript, keys: [String], arguments: [String]
    ) async throws(RedisFailure) -> RedisValue {
        let answer = await withCheckedContinuation { continuation in
            send(
                Call(script: script, keys: keys, arguments: arguments, isUrgent: true) {
                    continuation.resume(returning: $0)
                })
        }
        return try answer.get()
    }

    /// Asks, and returns at once.
    func send(_ call: Call) {
        if offer(call) { return }
        let reason = "Redis is not reachable, or too many questions are waiting for it"
        call.answer(.failure(RedisFailure(reason)))
    }

    /// The same for who can do without.
    ///
    /// - Returns: false where too many are waiting; then there will be no answer.
    func offer(_ call: Call) -> Bool {
        enum Step { case begin, wait, refuse }
        let pending = PendingCall(call)
        let step = state.withLock { state -> Step in
            guard state.waiting.count < Self.mostWaiting else { return .refuse }
            // Looking up a name has no time limit.
            if call.isUrgent, let began = state.dialledAt, began + timeout < .now { return .refuse }
            state.waiting.append(pending)
            if call.isUrgent { deadlines.add(pending) }
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
            let calls = batch.filter { $0.isOpen && $0.call.isWanted() }
            if calls.isEmpty { continue }
            do {
                let complaint = try ask(calls)
                link.failures = 0
                note(complaint)
            } catch {
                link.connection = nil
                for call in calls { call.fail("Redis at \(address): \(error)") }
                note("\(error)")
            }
        }
    }

    private func note(_ complaint: String?) {
        let isUp = complaint == nil
        guard link.isUp != isUp else { return }
        link.isUp = isUp
        changed(complaint)
    }

    private func takeBatch() -> [PendingCall]? {
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

    // MARK: On the queue

    /// - Returns: why the server answers no question although it is there.
    private func ask(_ calls: [PendingCall]) throws -> String? {
        guard link.restUntil <= .now else {
            throw RedisConnection.Failure(description: "not reachable a moment ago")
        }
        do {
            return try answer(calls)
        } catch {
            rest()
            throw error
        }
    }

    /// Answers each call as its reply comes.
    ///
    /// - Throws: where the connection is of no use any more.
    private func answer(_ calls: [PendingCall]) throws -> String? {
        let connection = try connection()
        // Nobody waits any more for what ran out of time while the server was looked for.
        let sent = calls.filter { $0.beginSending() }
        var (unknown, refusal, complaint): ([PendingCall], String?, String?) = ([], nil, nil)
        try connection.run(sent.map { $0.call.command(digest: link.digests) }) { index, reply in
            if reply.isUnknownScript { return unknown.append(sent[index]) }
            refusal = reply.refusalOfServer ?? refusal
            complaint = reply.complaintOfServer ?? complaint
            sent[index].take(reply)
        }
        // Somebody may have made the server forget its scripts.
        try connection.run(unknown.map { $0.call.command() }) { index, reply in
            unknown[index].take(reply)
        }
        if let refusal { throw RedisConnection.Failure(description: refusal) }
        link.usedAt = .now
        return complaint
    }

    private func connection() throws -> RedisConnection {
        if let connection = link.connection {
            if link.usedAt.duration(to: .now) < Self.checkAfter { return connection }
            if (try? connection.run([["PING"]])) != nil { return connection }
            link.connection = nil
        }
        state.withLock { $0.dialledAt = .now }
        defer { state.withLock { $0.dialledAt = nil } }
        let connection = try dial(address, timeout)
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

extension RedisClient.Call {
    /// - Parameter digests: by the names of scripts; without them the script itself is sent.
    fileprivate func command(digest digests: [String: String]? = nil) -> [String] {
        let beginning =
            digests.map { ["EVALSHA", $0[script.name] ?? ""] } ?? ["EVAL", script.source]
        return beginning + [String(keys.count)] + keys + arguments
    }
}

extension RedisValue {
    fileprivate var isUnknownScript: Bool {
        if case .error(let text) = self { text.hasPrefix("NOSCRIPT") } else { false }
    }

    /// What a server says that is not, or not yet, the one to ask. Another may stand behind the same name.
    fileprivate var refusalOfServer: String? {
        error(of: ["READONLY", "LOADING", "NOAUTH", "MASTERDOWN"])
    }

    /// What a server says that is the one to ask, and takes nothing at the moment.
    fileprivate var complaintOfServer: String? {
        error(of: ["OOM", "MISCONF", "BUSY", "NOPERM", "NOREPLICAS", "CLUSTERDOWN"])
    }

    private func error(of words: [String]) -> String? {
        guard case .error(let text) = self else { return nil }
        // Older servers put their own words before those of a script.
        return words.contains { text.hasPrefix($0) || text.contains("-\($0) ") } ? text : nil
    }
}
