internal import Dispatch
internal import SluiceCrypto
internal import Synchronization

/// Computes slow hashes away from the loops, a few at a time, and remembers what came of them.
///
/// Whoever sends wrong keys costs one computation at a time for each key ID that he knows; keys that were right before do not wait for
/// those.
package final class KeyVerification: Sendable {
    enum Answer: Sendable {
        case right
        case wrong
    }

    private struct State {
        var right = RecentDigests(limit: KeyVerification.remembered)
        var wrong = RecentDigests(limit: KeyVerification.remembered)
        /// What is being computed, by the key's ID.
        var underWay: [String: Computation] = [:]
        /// Those whose turn has not come, in order.
        var waiting: [UnverifiedKey] = []
        var running = 0
    }

    private struct Computation {
        let digest: Digest
        var continuations: [CheckedContinuation<Answer?, Never>]
    }

    private static let remembered = 4096
    /// A right key is asked for its hash again after this.
    private static let life = Duration.seconds(3600)
    private static let queue = DispatchQueue(label: "sluice.keys", attributes: .concurrent)

    private let secret = RandomBytes.make(32)
    private let atOnce: Int
    private let mostWaiting: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let compute: @Sendable (UnverifiedKey) -> Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - atOnce: computations at a time; each needs the memory that its hash says.
    ///   - mostWaiting: further ones that may wait for their turn.
    package convenience init(
        atOnce: Int = 2, mostWaiting: Int = 64,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.init(atOnce: atOnce, mostWaiting: mostWaiting, now: now) { $0.hash.matches($0.bytes) }
    }

    init(
        atOnce: Int, mostWaiting: Int,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        compute: @escaping @Sendable (UnverifiedKey) -> Bool
    ) {
        self.atOnce = atOnce
        self.mostWaiting = mostWaiting
        self.now = now
        self.compute = compute
    }

    func unverified(_ key: [UInt8], id: String, hash: Argon2id) -> UnverifiedKey {
        let secret = secret
        return UnverifiedKey(
            id: id, bytes: key, hash: hash, digest: SHA256.digest(of: key.span, after: secret.span))
    }

    /// What is known of a key; nil: nothing.
    func memory(of key: UnverifiedKey) -> Answer? {
        let now = now()
        return state.withLock { state in
            if state.right.contains(key.digest, at: now) { return .right }
            return state.wrong.contains(key.digest, at: now) ? .wrong : nil
        }
    }

    /// - Returns: nil where another key of this ID, or too many keys, are being computed.
    func verify(_ key: UnverifiedKey) async -> Answer? {
        if let known = memory(of: key) { return known }
        return await withCheckedContinuation { continuation in
            let (isTaken, start) = state.withLock { state in enter(key, continuation, &state) }
            if !isTaken { continuation.resume(returning: nil) }
            if start { run(key) }
        }
    }

    private func enter(
        _ key: UnverifiedKey, _ continuation: CheckedContinuation<Answer?, Never>,
        _ state: inout State
    ) -> (isTaken: Bool, start: Bool) {
        if let other = state.underWay[key.id] {
            guard other.digest == key.digest, other.continuations.count < mostWaiting else {
                return (false, false)
            }
            state.underWay[key.id]?.continuations.append(continuation)
            return (true, false)
        }
        let start = state.running < atOnce
        guard start || state.waiting.count < mostWaiting else { return (false, false) }
        state.underWay[key.id] = Computation(digest: key.digest, continuations: [continuation])
        if start { state.running += 1 } else { state.waiting.append(key) }
        return (true, start)
    }

    private func run(_ key: UnverifiedKey) {
        Self.queue.async {
            self.finish(key, self.compute(key) ? .right : .wrong)
        }
    }

    private func finish(_ key: UnverifiedKey, _ answer: Answer) {
        let end = now().advanced(by: Self.life)
        let (continuations, next) = state.withLock { state in
            switch answer {
            case .right: state.right.add(key.digest, until: end)
            case .wrong: state.wrong.add(key.digest, until: end)
            }
            let done = state.underWay.removeValue(forKey: key.id)?.continuations ?? []
            let next = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            if next == nil { state.running -= 1 }
            return (done, next)
        }
        if let next { run(next) }
        for continuation in continuations { continuation.resume(returning: answer) }
    }
}
