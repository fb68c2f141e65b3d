internal import SluiceJSON

/// One `[[clients]]` section: who may ask, and for what.
public final class Client: Sendable {
    /// In the access log; unique in a configuration.
    public let name: String
    /// Names, and patterns that end in `*`, as clients write them; nil: any.
    private let models: ModelNames?
    /// The ways to the providers that it may use; nil: all.
    package let routes: Routes?

    /// - Parameters:
    ///   - models: names, and patterns that end in `*`; nil for any model.
    ///   - routes: the ways to the providers it may use; nil for all.
    public init(name: String, models: [String]? = nil, routes: Routes? = nil) {
        self.name = name
        self.models = models.map { ModelNames($0) }
        self.routes = routes
    }

    /// Whether it may ask for a model of this name.
    package func mayUse(_ model: String) -> Bool {
        models?.contains(model) ?? true
    }

    /// The paths below `/v1`, beside those that are understood, whose work is that of the model they name. Others, such as batches and
    /// assistants, can lead to any model by what was uploaded or stored before.
    private static let modelPaths: Set<String> = [
        "audio", "images", "moderations", "rerank", "responses", "videos",
    ]

    /// Whether it may not ask for every model.
    var isBoundToModels: Bool { models != nil }

    /// Holds what is asked for, before its body is read, against the models that it may use.
    ///
    /// - Throws: 403.
    func check(_ endpoint: Endpoint?) throws(ProxyError) {
        guard models != nil, case .other(let path) = endpoint, !Self.modelPaths.contains(path)
        else {
            return
        }
        throw noModel
    }

    /// Holds a request, as the client wrote it, against the models that it may use.
    ///
    /// - Throws: 403, as OpenAI answers for a model that a project has no access to.
    func check(_ request: borrowing ProxyRequest) throws(ProxyError) {
        guard let models else { return }
        try check(request.endpoint)
        guard let model = request.model else { throw noModel }
        guard models.contains(model) else { throw noAccess(to: model) }
        guard let json = request.json,
            let refused = FurtherModels(allowed: models).firstRefused(in: json.root)
        else { return }
        throw noAccess(to: refused)
    }

    /// Holds the name of a model against those that it may use.
    ///
    /// - Throws: 403.
    package func check(model: String) throws(ProxyError) {
        guard mayUse(model) else { throw noAccess(to: model) }
    }

    private var noModel: ProxyError {
        ProxyError(
            status: 403, code: "model_not_found", fault: .client,
            message: "Client `\(name)` may only make requests that name one of its models.")
    }

    private func noAccess(to model: String) -> ProxyError {
        ProxyError(
            status: 403, code: "model_not_found", fault: .client,
            message: "Client `\(name)` does not have access to model `\(model)`.")
    }
}
