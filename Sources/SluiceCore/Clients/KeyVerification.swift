internal import Dispatch
internal import SluiceCrypto
internal import Synchronization

/// Computes slow hashes away from the loops, a few at a time, and remembers what came of them.
///
/// Whoever sends wrong keys costs one computation at a time for each key ID that he knows; keys that were right before do not wait for
/// those. One value lasts as long as the process: what it remembers is bound to the hash, so that another one in the file is computed.
package final class KeyVerification: Sendable {
    enum Answer: Sendable {
        case right
        case wrong
    }

    private struct State {
        var right = RecentDigests(limit: KeyVerification.remembered)
        var wrong = RecentDigests(limit: KeyVerification.remembered)
        /// Who waits for what is being computed, or will be.
        var asking: [Digest: [CheckedContinuation<Answer?, Never>]] = [:]
        /// The IDs of the keys that are being computed.
        var underWay: Set<String> = []
        /// Those whose turn has not come, in order.
        var waiting: [Waiting] = []
    }

    private struct Waiting {
        let key: UnverifiedKey
        let client: String
    }

    private static let remembered = 4096
    /// Different keys of one ID that may wait, and those of them from one address: a stranger who knows the ID leaves room for its owner.
    private static let (mostOfOneID, mostOfOneClient) = (8, 4)
    /// A right key that nobody used for so long is computed again.
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

    /// What the keys of a hash are remembered with: nobody can make it, and another hash has another.
    func prefix(for hash: Argon2id) -> [UInt8] {
        let (encoded, secret) = (Array(hash.encoded.utf8), secret)
        let digest = SHA256.digest(of: encoded.span, after: secret.span)
        // Half of it, 128 bits, so that hashing each key takes no longer.
        return Array(digest.hexadecimal.utf8.prefix(32))
    }

    /// - Parameter prefix: of its hash.
    func unverified(
        _ key: [UInt8], id: String, hash: Argon2id, prefix: [UInt8]
    ) -> UnverifiedKey {
        UnverifiedKey(
            id: id, bytes: key, hash: hash, digest: SHA256.digest(of: key.span, after: prefix.span))
    }

    /// What is known of a key; nil: nothing.
    func memory(of key: UnverifiedKey) -> Answer? {
        let now = now()
        return state.withLock { state in Self.memory(of: key, at: now, &state) }
    }

    private static func memory(
        of key: UnverifiedKey, at now: ContinuousClock.Instant, _ state: inout State
    ) -> Answer? {
        if state.right.use(key.digest, at: now, until: now.advanced(by: life)) { return .right }
        return state.wrong.contains(key.digest, at: now) ? .wrong : nil
    }

    /// - Parameter client: the address that sent it.
    /// - Returns: nil where too many other keys are to be computed.
    func verify(_ key: UnverifiedKey, from client: String) async -> Answer? {
        let now = now()
        return await withCheckedContinuation { continuation in
            let step = state.withLock { state in
                if let known = Self.memory(of: key, at: now, &state) { return Step.answer(known) }
                return enter(Waiting(key: key, client: client), continuation, &state)
            }
            switch step {
            case .answer(let answer): continuation.resume(returning: answer)
            case .wait: break
            case .run: run(key)
            }
        }
    }

    private enum Step {
        case answer(Answer?)
        case wait
        case run
    }

    /// As many as like may wait for the same key: they cost nothing more.
    private func enter(
        _ new: Waiting, _ continuation: CheckedContinuation<Answer?, Never>, _ state: inout State
    ) -> Step {
        let key = new.key
        if state.asking[key.digest] != nil {
            state.asking[key.digest]?.append(continuation)
            return .wait
        }
        if state.underWay.count < atOnce, state.underWay.insert(key.id).inserted {
            state.asking[key.digest] = [continuation]
            return .run
        }
        let others = state.waiting.lazy.filter { $0.key.id == key.id }
        guard state.waiting.count < mostWaiting, others.count < Self.mostOfOneID,
            others.count(where: { $0.client == new.client }) < Self.mostOfOneClient
        else { return .answer(nil) }
        state.asking[key.digest] = [continuation]
        state.waiting.append(new)
        return .wait
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
            state.underWay.remove(key.id)
            return (state.asking.removeValue(forKey: key.digest) ?? [], Self.next(&state))
        }
        if let next { run(next) }
        for continuation in continuations { continuation.resume(returning: answer) }
    }

    /// The first whose ID has none under way. There is one at most to begin: all others waited for their ID before, and still do.
    private static func next(_ state: inout State) -> UnverifiedKey? {
        guard
            let index = state.waiting.firstIndex(where: { !state.underWay.contains($0.key.id) })
        else { return nil }
        let key = state.waiting.remove(at: index).key
        state.underWay.insert(key.id)
        return key
    }
}
