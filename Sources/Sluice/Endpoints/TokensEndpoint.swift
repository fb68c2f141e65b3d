internal import SluiceCore
internal import SluiceProcessors
internal import SluiceTokens
internal import SluiceWire

/// `POST /v1/tokens/count`: how many tokens a text or the prompt of a request has.
struct TokensEndpoint: LocalEndpoint {
    private let counter: BodyTokenCount
    private let aliases: ModelAliases
    private let turns = CountTurns()

    init(_ models: ModelTable, _ files: FileTokenizers, aliases: ModelAliases) {
        counter = BodyTokenCount(models, files: files)
        self.aliases = aliases
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
        // No limit on rates is asked here, so that a count that takes time must not be one of many.
        let asker = context.client?.name ?? context.clientAddress
        let isLong = body.count > BodyTokenCount.longest
        guard !isLong || turns.take(asker) else { throw ProxyError.countUnderWay }
        defer { if isLong { turns.giveBack(asker) } }
        let tokens = try await counter.count(body) { name throws(ProxyError) in
            context.note(model: name)
            try context.client?.check(model: name)
            return aliases.model(for: name)
        }
        return .json(tokens.json)
    }
}
