internal import SluiceCore
internal import SluiceJSON
internal import Synchronization

/// Learns how long completions of each model are, so that requests which do not say how long theirs may be reserve neither far too much
/// nor too little: the mean of late ones, and four times their mean deviation, as TCP chooses its timeouts (RFC 6298).
final class CompletionEstimates: Sendable {
    private struct Estimate {
        var mean: Double
        var deviation: Double

        mutating func learn(_ tokens: Double) {
            deviation += (abs(tokens - mean) - deviation) / 4
            mean += (tokens - mean) / 8
        }
    }

    /// Of a model that nothing is known of.
    static let initial = 1024
    /// A client may name anything as its model.
    private static let limit = 1024
    private let estimates = Mutex<[String: Estimate]>([:])

    func learn(_ tokens: Int, model: String) {
        estimates.withLock { estimates in
            if estimates[model] != nil {
                estimates[model]?.learn(Double(tokens))
            } else if estimates.count < Self.limit {
                estimates[model] = Estimate(mean: Double(tokens), deviation: Double(tokens) / 2)
            }
        }
    }

    /// What a completion of a model may come to.
    func expected(model: String) -> Int? {
        estimates.withLock { estimates in
            estimates[model].map { Int(($0.mean + 4 * $0.deviation).rounded(.up)) }
        }
    }

    /// What the completions of a request may come to together.
    ///
    /// - Parameter longest: what the model can write; nil where that is not known.
    func expectedTokens(of request: borrowing ProxyRequest, longest: Int?) -> Int {
        switch request.endpoint {
        case .chatCompletions, .completions, .responses: break
        case .embeddings, .other: return 0
        }
        guard let root = request.json?.root else { return 0 }
        let most = longest ?? .max
        for name in ["max_completion_tokens", "max_tokens", "max_output_tokens"] {
            guard let given = root[name]?.int, given >= 0 else { continue }
            return min(given, most, Self.largest) * Self.choices(root)
        }
        let learned = request.model.flatMap(expected) ?? Self.initial
        return min(learned, most, Self.largest) * Self.choices(root)
    }

    /// No model writes more.
    private static let largest = 100_000_000

    /// OpenAI allows 128.
    private static func choices(_ root: JSONValue) -> Int {
        let best = root["best_of"]?.int ?? 1
        return min(128, max(1, root["n"]?.int ?? 1, best))
    }
}
