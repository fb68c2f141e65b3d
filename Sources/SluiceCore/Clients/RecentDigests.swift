import SluiceCrypto

/// So many digests, each for a while; where one more comes the oldest goes.
struct RecentDigests {
    private var ends: [Digest: ContinuousClock.Instant] = [:]
    private var order: [Digest] = []
    private var oldest = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func contains(_ digest: Digest, at now: ContinuousClock.Instant) -> Bool {
        ends[digest].map { now < $0 } ?? false
    }

    /// Whether a digest is there; its time begins anew if so.
    mutating func use(
        _ digest: Digest, at now: ContinuousClock.Instant, until end: ContinuousClock.Instant
    ) -> Bool {
        guard let index = ends.index(forKey: digest), now < ends.values[index] else { return false }
        ends.values[index] = end
        return true
    }

    mutating func add(_ digest: Digest, until end: ContinuousClock.Instant) {
        guard ends.updateValue(end, forKey: digest) == nil else { return }
        guard order.count == limit else { return order.append(digest) }
        ends[order[oldest]] = nil
        order[oldest] = digest
        oldest = (oldest + 1) % limit
    }
}
