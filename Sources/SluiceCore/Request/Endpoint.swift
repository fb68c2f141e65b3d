/// What a request asks of a provider, told by its path; the same in every dialect.
public enum Endpoint: Sendable, Hashable {
    case chatCompletions
    case completions
    case embeddings
    case responses
    /// Anything else below the API's root, passed through. The first path component, for metrics: `files`, `audio`.
    case other(String)

    /// OpenTelemetry's `gen_ai.operation.name` where it has one.
    public var operation: String {
        switch self {
        case .chatCompletions, .responses: "chat"
        case .completions: "text_completion"
        case .embeddings: "embeddings"
        case .other(let name): name
        }
    }

    /// The route as metrics and logs name it: a small, fixed set of values.
    public var route: String {
        switch self {
        case .chatCompletions: "/v1/chat/completions"
        case .completions: "/v1/completions"
        case .embeddings: "/v1/embeddings"
        case .responses: "/v1/responses"
        case .other(let name): "/v1/" + name
        }
    }

    /// Whether answers are JSON or events that this proxy understands, rather than bytes it only passes on.
    public var isUnderstood: Bool {
        if case .other = self { false } else { true }
    }
}
