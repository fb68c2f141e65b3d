/// What was counted within the last minute, by the second.
///
/// What came within one second leaves together, a minute after the second's end: no stretch of sixty seconds ever has more than the limit.
struct SlidingWindow {
    private struct Bucket {
        let second: Int
        var amount: Int
    }

    static let seconds = 60
    /// Oldest first.
    private var buckets: ArraySlice<Bucket> = []
    private(set) var used = 0

    var isEmpty: Bool { buckets.isEmpty }

    /// Lets go what is older than a minute.
    ///
    /// - Parameter now: in milliseconds.
    mutating func advance(to now: Int) {
        let oldest = now / 1000 - Self.seconds
        while let first = buckets.first, first.second < oldest {
            used -= first.amount
            buckets.removeFirst()
        }
        if buckets.isEmpty { buckets = [] }
    }

    mutating func add(_ amount: Int, second: Int) {
        guard amount != 0 else { return }
        used += amount
        if let last = buckets.indices.last, buckets[last].second >= second {
            // Almost always the newest one; a settlement may be of an older second.
            let index = buckets.firstIndex { $0.second >= second } ?? last
            buckets[index].amount += amount
        } else {
            buckets.append(Bucket(second: second, amount: amount))
        }
    }

    /// Changes what was counted in a second; what that second no longer shows because it is over counts now.
    mutating func correct(_ difference: Int, second: Int, now: Int) {
        if second >= now / 1000 - Self.seconds {
            add(difference, second: second)
        } else if difference > 0 {
            add(difference, second: now / 1000)
        }
    }

    /// Milliseconds until there is room for `amount` under a limit: zero if there is now, nil if there never is.
    func wait(for amount: Int, limit: Int, now: Int) -> Int? {
        guard amount <= limit else { return nil }
        var excess = used + amount - limit
        if excess <= 0 { return 0 }
        for bucket in buckets {
            excess -= bucket.amount
            if excess <= 0 { return Self.end(of: bucket.second) - now }
        }
        return 0
    }

    func standing(limit: Int, now: Int) -> LimitAnswer.Standing {
        LimitAnswer.Standing(
            remaining: max(0, limit - used),
            resetMilliseconds: buckets.last.map { max(0, Self.end(of: $0.second) - now) } ?? 0)
    }

    /// When what came in a second is let go, in milliseconds.
    private static func end(of second: Int) -> Int { (second + seconds + 1) * 1000 }
}
