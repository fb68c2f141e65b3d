public import SluiceCore
internal import SluiceJSON
public import SluiceWire

/// Parses what OpenAI's clients send: everything below `/v1`.
///
/// Chat completions, completions, embeddings and responses are understood. Other paths are passed through, and of their bodies only the
/// `model` is read, to find a provider by.
public struct OpenAIRequestParser: RequestParser {
    public init() {}

    public var dialect: any ClientDialect { OpenAIDialect() }

    public func accept(_ head: RequestHead) throws(ProxyError) -> BodyPlan? {
        guard let path = try RequestPath.parse(head) else { return nil }
        try checkMethod(head, path)
        try checkCoding(head)
        try checkType(head)
        if Self.isPlainJSON(head) { return .whole }
        let type = Self.mediaType(head)
        guard !path.endpoint.isUnderstood else {
            if let type, !type.isJSON { throw .unsupportedContentType(type.name) }
            return .whole
        }
        guard let type else { return head.framing == .none ? .whole : .held }
        return type.isJSON ? .whole : .held
    }

    public func endpoint(of head: RequestHead) -> Endpoint? {
        (try? RequestPath.parse(head))?.endpoint
    }

    public func decideHold(_ head: RequestHead, beginning: [UInt8]) -> HoldDecision {
        guard let boundary = Self.boundary(head), !Self.namesNoModel(head) else { return .enough }
        let search = MultipartForm(boundary: boundary).find("model", in: beginning)
        return search == .more ? .more : .enough
    }

    public func parse(_ head: RequestHead, body: ReceivedBody) throws(ProxyError) -> ProxyRequest {
        guard let path = try RequestPath.parse(head) else { throw .invalidURL(head) }
        switch body {
        case .none:
            guard !path.endpoint.isUnderstood else { throw .unparsable(.empty) }
            return request(head, path, model: nil, body: .none)
        case .whole(let bytes):
            let isJSON = path.endpoint.isUnderstood || Self.isPlainJSON(head)
            guard isJSON || Self.mediaType(head)?.isJSON == true else {
                return request(head, path, model: nil, body: .bytes(bytes))
            }
            let body = try OpenAIBody(bytes, isUnderstood: path.endpoint.isUnderstood)
            return ProxyRequest(
                endpoint: path.endpoint, method: head.method, path: path.below, query: head.query,
                headers: head.headers, model: body.model, isStreaming: body.isStreaming,
                wantsUsage: body.wantsUsage, body: .json(body.document))
        case .beginning(let bytes, let totalLength, let isEnd):
            return try parseBeginning(
                head, path, bytes, totalLength: isEnd ? UInt64(bytes.count) : totalLength,
                isEnd: isEnd)
        case .heldWhole(let bytes):
            return try parseWhole(head, path, bytes)
        }
    }

    private func parseBeginning(
        _ head: RequestHead, _ path: RequestPath, _ bytes: [UInt8], totalLength: UInt64?,
        isEnd: Bool
    ) throws(ProxyError) -> ProxyRequest {
        if bytes.isEmpty, isEnd { return request(head, path, model: nil, body: .none) }
        var prefix = BodyPrefix(bytes: bytes, modelRange: nil, totalLength: totalLength)
        guard let boundary = Self.boundary(head), !Self.namesNoModel(head) else {
            return request(head, path, model: nil, body: .stream(prefix))
        }
        switch MultipartForm(boundary: boundary).find("model", in: bytes) {
        case .found(let range):
            prefix = BodyPrefix(bytes: bytes, modelRange: range, totalLength: totalLength)
            let model = try OpenAIBody.checked(
                String(decoding: bytes[range], as: UTF8.self))
            return request(head, path, model: model, body: .stream(prefix))
        case .more where !isEnd && Self.needsModel(path.endpoint):
            throw .invalidRequest(
                "The field 'model' must come before the file in this form.", parameter: "model")
        case .more, .absent:
            return request(head, path, model: nil, body: .stream(prefix))
        }
    }

    /// Only of a form is a model known, and nothing is guessed.
    private func parseWhole(
        _ head: RequestHead, _ path: RequestPath, _ bytes: [UInt8]
    ) throws(ProxyError) -> ProxyRequest {
        if bytes.isEmpty { return request(head, path, model: nil, body: .none) }
        var range: Range<Int>?
        if Self.mediaType(head)?.isForm == true, !Self.namesNoModel(head) {
            let type = head.headers.bytes(of: .contentType) ?? []
            range = try StrictForm(contentType: type).model(in: bytes)
        }
        let model = try range.map { range throws(ProxyError) in
            try OpenAIBody.checked(String(decoding: bytes[range], as: UTF8.self))
        }
        let prefix = BodyPrefix(
            bytes: bytes, modelRange: range, totalLength: UInt64(bytes.count))
        return request(head, path, model: model, body: .stream(prefix))
    }

    private func request(
        _ head: RequestHead, _ path: RequestPath, model: String?, body: RequestBody
    ) -> ProxyRequest {
        ProxyRequest(
            endpoint: path.endpoint, method: head.method, path: path.below, query: head.query,
            headers: head.headers, model: model, body: body)
    }

    // MARK: Checks

    private func checkMethod(_ head: RequestHead, _ path: RequestPath) throws(ProxyError) {
        if head.method == .post { return }
        guard !path.endpoint.isUnderstood, head.method == .get || head.method == .delete else {
            throw .methodNotAllowed(
                head.method.name,
                allowed: path.endpoint.isUnderstood ? "POST" : "POST, GET, DELETE")
        }
    }

    /// The coding's name is not sent on, and an encoded body cannot be read.
    private func checkCoding(_ head: RequestHead) throws(ProxyError) {
        guard head.headers.contains(.contentEncoding) else { return }
        let codings = head.headers.values(of: .contentEncoding)
        guard codings.contains(where: { $0.lowercased() != "identity" }) else { return }
        throw ProxyError(
            status: 415, code: "unsupported_content_encoding", fault: .client,
            message: "Request bodies must be sent without a content encoding.")
    }

    /// Of two types the provider could believe the one that was not looked at here.
    private func checkType(_ head: RequestHead) throws(ProxyError) {
        guard head.headers.count(of: .contentType) <= 1 else {
            throw .invalidRequest("The header 'content-type' must be given once.")
        }
    }

    /// Whether the content type is spelled as nearly all clients do.
    private static func isPlainJSON(_ head: RequestHead) -> Bool {
        guard let type = head.headers.bytes(of: .contentType) else { return false }
        return type.count == 16 && type.span.hasText("application/json", at: 0)
    }

    private static func mediaType(_ head: RequestHead) -> MediaType? {
        head.headers[.contentType].map { MediaType($0) }
    }

    private static func boundary(_ head: RequestHead) -> String? {
        guard let type = mediaType(head), type.isForm else { return nil }
        // RFC 2046 section 5.1.1: 1 to 70 characters.
        return type.boundary.flatMap { 1...70 ~= $0.utf8.count ? $0 : nil }
    }

    /// Uploads of files: their forms have no model, so nothing of them need be held.
    private static func namesNoModel(_ head: RequestHead) -> Bool {
        head.path.hasPrefix("/v1/files") || head.path.hasPrefix("/v1/uploads")
    }

    private static func needsModel(_ endpoint: Endpoint) -> Bool {
        [.other("audio"), .other("images"), .other("videos")].contains(endpoint)
    }
}
