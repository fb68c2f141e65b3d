internal import SluiceCore
internal import Synchronization

/// Learns how long completions of each model are, so that requests which do not say how long theirs may be reserve neither far too much
/// nor too little: the mean of late ones, and four times their mean deviation, as TCP chooses its timeouts (RFC 6298).
///
/// Only completions that nobody limited are learned from: a client that asks for one token a thousand times must not make the next request
/// look short.
final class CompletionEstimates: Sendable {
    private struct Estimate {
        var mean: Double
        var deviation: Double
        var count = 1

        mutating func learn(_ tokens: Double) {
            deviation += (abs(tokens - mean) - deviation) / 4
            mean += (tokens - mean) / 8
            count += 1
        }
    }

    /// Of a model that nothing is known of.
    static let initial = 1024
    /// Until so many were learned from, nothing shorter is expected than ``least``.
    static let enough = 8
    static let least = 256
    /// A client may name anything as its model.
    private static let limit = 1024
    private let estimates = Mutex<[String: Estimate]>([:])

    /// - Parameter tokens: of one completion.
    func learn(_ tokens: Int, model: String) {
        estimates.withLock { estimates in
            if estimates[model] != nil {
                estimates[model]?.learn(Double(tokens))
            } else if estimates.count < Self.limit {
                // One is no reason to expect more than half as much again.
                estimates[model] = Estimate(mean: Double(tokens), deviation: Double(tokens) / 8)
            }
        }
    }

    /// What a completion of a model may come to.
    func expected(model: String?) -> Int {
        guard let model else { return Self.initial }
        return estimates.withLock { estimates in
            guard let known = estimates[model] else { return Self.initial }
            let expected = (known.mean + 4 * known.deviation).rounded(.up)
            let tokens = Int(min(max(expected, 1), Double(CompletionLimit.most)))
            return known.count < Self.enough ? max(tokens, Self.least) : tokens
        }
    }
}
