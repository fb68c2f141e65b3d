/// How an exchange ended; every response stage hears it exactly once.
public enum Outcome: Sendable {
    /// The whole answer was handed to the client's connection.
    case completed
    /// Refused before any provider was asked: by the parser, a processor or the router.
    case refused(ProxyError)
    /// The provider failed before or during its answer.
    case failed(ProxyError)
    /// The client went away.
    case clientGone
    /// The proxy was stopped, or its drain time ran out.
    case aborted(ProxyError)

    /// What went wrong; nil when nothing did.
    public var error: ProxyError? {
        switch self {
        case .completed: nil
        case .refused(let error), .failed(let error), .aborted(let error): error
        case .clientGone: .clientGone
        }
    }

    /// The name in logs and metrics.
    public var name: String {
        switch self {
        case .completed: "completed"
        case .refused: "refused"
        case .failed: "upstream_error"
        case .clientGone: "client_gone"
        case .aborted: "aborted"
        }
    }
}
