/// How it stands with the limits of one request, to be told to its client: of several the tightest.
package struct LimitStandings: Sendable {
    /// One limit, and how it stands with it.
    package struct Entry: Sendable {
        package let limit: Int
        package let standing: LimitAnswer.Standing

        package init(limit: Int, standing: LimitAnswer.Standing) {
            self.limit = limit
            self.standing = standing
        }
    }

    package var requests: Entry?
    package var tokens: Entry?

    package init(_ answer: LimitAnswer? = nil, rules: LimitRules = LimitRules()) {
        guard let answer else { return }
        requests = rules.requestsPerMinute.map { Entry(limit: $0, standing: answer.requests) }
        tokens = rules.tokensPerMinute.map { Entry(limit: $0, standing: answer.tokens) }
    }

    package mutating func merge(_ other: LimitStandings) {
        requests = Self.tighter(requests, other.requests)
        tokens = Self.tighter(tokens, other.tokens)
    }

    private static func tighter(_ left: Entry?, _ right: Entry?) -> Entry? {
        guard let left, let right else { return left ?? right }
        return left.standing.remaining <= right.standing.remaining ? left : right
    }
}
