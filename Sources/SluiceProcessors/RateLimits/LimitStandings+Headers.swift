internal import SluiceCore
internal import SluiceWire

extension LimitStandings {
    private struct Fields {
        let limit: HeaderName
        let remaining: HeaderName
        let reset: HeaderName
    }

    private static let requestFields = Fields(
        limit: "x-ratelimit-limit-requests", remaining: "x-ratelimit-remaining-requests",
        reset: "x-ratelimit-reset-requests")
    private static let tokenFields = Fields(
        limit: "x-ratelimit-limit-tokens", remaining: "x-ratelimit-remaining-tokens",
        reset: "x-ratelimit-reset-tokens")

    /// Writes OpenAI's fields, in place of those of the provider, whose limits are not the client's.
    func write(to headers: inout HeaderFields) {
        Self.write(requests, Self.requestFields, to: &headers)
        Self.write(tokens, Self.tokenFields, to: &headers)
    }

    private static func write(_ entry: Entry?, _ fields: Fields, to headers: inout HeaderFields) {
        headers.remove(fields.limit)
        headers.remove(fields.remaining)
        headers.remove(fields.reset)
        guard let entry else { return }
        headers.append(fields.limit, String(entry.limit))
        headers.append(fields.remaining, String(entry.standing.remaining))
        headers.append(fields.reset, LimitTime.text(entry.standing.resetMilliseconds))
    }
}

/// Times as OpenAI writes them: `250ms`, `1.5s`, `6m0s`. What has no room is rounded up: who comes back then is not too early.
enum LimitTime {
    static func text(_ milliseconds: Int) -> String {
        if milliseconds < 1000 { return "\(milliseconds)ms" }
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        if seconds < 60 {
            var digits = String(1000 + rest).dropFirst()
            while digits.last == "0" { digits.removeLast() }
            return digits.isEmpty ? "\(seconds)s" : "\(seconds).\(digits)s"
        }
        let (minutes, left) = (seconds + (rest > 0 ? 1 : 0)).quotientAndRemainder(dividingBy: 60)
        return minutes < 60 ? "\(minutes)m\(left)s" : "\(minutes / 60)h\(minutes % 60)m\(left)s"
    }
}
