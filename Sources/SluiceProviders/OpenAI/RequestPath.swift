import SluiceCore
import SluiceWire

/// A path below `/v1`, checked: every reader along the way must see the same path in it.
struct RequestPath {
    /// Without `/v1`; begins with a slash.
    let below: String
    let endpoint: Endpoint

    /// - Returns: nil for a path that is not below `/v1`.
    /// - Throws: 404 for a path that no API has, 400 for one that could be read in two ways.
    static func parse(_ head: RequestHead) throws(ProxyError) -> RequestPath? {
        // An initialiser would take a copy of the head.
        if let known = known(head.path) { return known }
        return try RequestPath(unusual: head)
    }

    private init?(unusual head: RequestHead) throws(ProxyError) {
        guard head.path.hasPrefix("/v1/") else { return nil }
        try Self.checkEncoding(head.path)
        let below = String(head.path.dropFirst(3))
        let components = below.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard !components.contains("") else { throw .invalidURL(head) }
        guard !components.contains("."), !components.contains("..") else {
            throw .ambiguousPath
        }
        guard Self.known(head.path.lowercased()) == nil else { throw .invalidURL(head) }
        guard !Self.namesModel(components) else { throw .modelInPath(head) }
        self.init(below: below, endpoint: .other(Self.routeName(components.first ?? "")))
    }

    private init(below: String, endpoint: Endpoint) {
        self.below = below
        self.endpoint = endpoint
    }

    /// The paths that nearly all requests have.
    private static func known(_ path: String) -> RequestPath? {
        switch path {
        case "/v1/chat/completions":
            RequestPath(below: "/chat/completions", endpoint: .chatCompletions)
        case "/v1/completions": RequestPath(below: "/completions", endpoint: .completions)
        case "/v1/embeddings": RequestPath(below: "/embeddings", endpoint: .embeddings)
        case "/v1/responses": RequestPath(below: "/responses", endpoint: .responses)
        default: nil
        }
    }

    /// First components that metrics may name. Anything else is `other`, so that clients cannot make new labels.
    private static let names: Set<String> = [
        "assistants", "audio", "batches", "chat", "completions", "containers", "conversations",
        "evals", "files", "fine_tuning", "images", "moderations", "models", "organization",
        "realtime", "rerank", "responses", "threads", "uploads", "vector_stores", "videos",
    ]

    private static func routeName(_ component: Substring) -> String {
        let name = String(component)
        return names.contains(name) ? name : "other"
    }

    /// Whether a path is one of the older spellings that name the model, as Azure's deployments do: a provider might take it for a chat,
    /// and nobody here would have read it as one.
    private static func namesModel(_ components: [Substring]) -> Bool {
        components.prefix(2).contains { ["deployments", "engines"].contains($0.lowercased()) }
    }

    /// Refuses escapes that a server could undo: of letters, dots and slashes. Others pass as they came.
    private static func checkEncoding(_ path: String) throws(ProxyError) {
        let bytes = Array(path.utf8)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                guard bytes[index] != UInt8(ascii: "\\") else { throw .ambiguousPath }
                index += 1
                continue
            }
            guard index + 2 < bytes.count, let high = hex(bytes[index + 1]),
                let low = hex(bytes[index + 2])
            else { throw .ambiguousPath }
            let decoded = high << 4 | low
            let isHidden =
                decoded < 0x20 || decoded == 0x7F || PercentEncoding.isUnreserved(decoded)
            guard !isHidden, decoded != UInt8(ascii: "/"), decoded != UInt8(ascii: "\\") else {
                throw .ambiguousPath
            }
            index += 3
        }
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x61 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 0x41 + 10
        default: nil
        }
    }
}

extension ProxyError {
    static func invalidURL(_ head: RequestHead) -> ProxyError {
        ProxyError(
            status: 404, code: "invalid_request_error", fault: .client,
            message: "Invalid URL (\(head.method.name) \(head.path))")
    }

    static func modelInPath(_ head: RequestHead) -> ProxyError {
        ProxyError(
            status: 404, code: "invalid_request_error", fault: .client,
            message: "Invalid URL (\(head.method.name) \(head.path)). No path names a model here: "
                + "name it in `model`, in a request to /v1/chat/completions for example.")
    }

    static let ambiguousPath = ProxyError.invalidRequest(
        "The path of the URL must be written without dot segments, backslashes and needless escapes."
    )
}
