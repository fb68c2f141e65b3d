internal import SluiceCore
internal import SluiceProcessors
internal import SluiceWire

/// `POST /v1/tokens/count`: how many tokens a text or the prompt of a request has.
struct TokensEndpoint: LocalEndpoint {
    private let counter: BodyTokenCount

    init(_ models: ModelTable) {
        counter = BodyTokenCount(models)
    }

    var route: String { "/v1/tokens/count" }
    var readsBody: Bool { true }

    func serves(_ head: RequestHead) -> Bool { head.path == route }

    func answer(
        _ head: RequestHead, body: [UInt8], context: ExchangeContext
    ) async throws -> ProxyResponse {
        guard head.method == .post else {
            throw ProxyError.methodNotAllowed(head.method.name, allowed: "POST")
        }
        let tokens = try await counter.count(body) { context.client?.mayUse($0) ?? true }
        return .json(tokens.json)
    }
}
