public import SluiceConfig
public import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// Answers with the last user message, token by token, without any upstream: for first steps, tests and measurements.
///
/// Its section may have a `delay` between two tokens.
public struct EchoProvider: Provider {
    public let name = "echo"
    public let needsUpstream = false
    private let delay: Duration?

    /// - Parameter section: may have `delay`, the pause before each token of a stream.
    public init(_ section: Section) throws {
        delay = try section.durationOrOff("delay", default: nil)
    }

    /// - Parameter delay: the pause before each token of a stream.
    public init(delay: Duration? = nil) {
        self.delay = delay
    }

    public func action(
        for request: ProxyRequest, base: UpstreamURL?, credential: Credential?
    ) throws(ProxyError) -> ProviderAction {
        guard let document = request.json else { throw .notEchoed(request) }
        let model = request.model ?? "echo"
        let source: any EchoAnswer
        switch request.endpoint {
        case .chatCompletions:
            source = try EchoChat(document, model: model, includesUsage: request.wantsUsage)
        case .completions:
            source = try EchoCompletion(document, model: model, includesUsage: request.wantsUsage)
        case .responses:
            source = try EchoResponse(document, model: model)
        case .embeddings:
            return .answer(.json(try EchoEmbeddings(document, model: model).body()))
        case .other:
            throw .notEchoed(request)
        }
        guard request.isStreaming else { return .answer(.json(source.body())) }
        return .answer(.events(EchoStream.pieces(of: source, delay: delay)))
    }
}

/// An answer that can be given whole or as events, which are made one by one: a long text would be many times its size as events.
protocol EchoAnswer: Sendable {
    func body() -> [UInt8]
    var eventCount: Int { get }
    /// - Parameter index: below ``eventCount``.
    func event(_ index: Int) -> EchoEvent
}

/// One event, and whether a token comes with it: then the delay comes before it.
struct EchoEvent: Sendable {
    let bytes: [UInt8]
    let isToken: Bool

    /// - Parameter type: the event's type, where the API uses them.
    init(_ data: JSONLiteral, type: String? = nil, isToken: Bool = false) {
        var writer = JSONWriter(capacity: 256)
        writer.value(data)
        let start = type.map { "event: \($0)\n" } ?? ""
        bytes = Array("\(start)data: ".utf8) + writer.bytes + Array("\n\n".utf8)
        self.isToken = isToken
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        isToken = false
    }

    static let done = EchoEvent(bytes: Array("data: [DONE]\n\n".utf8))
}

extension ProxyError {
    static func notEchoed(_ request: ProxyRequest) -> ProxyError {
        ProxyError(
            status: 404, code: "not_supported_by_echo", fault: .client,
            message:
                "The echo provider has no answer for \(request.method.name) /v1\(request.path)."
        )
    }
}
