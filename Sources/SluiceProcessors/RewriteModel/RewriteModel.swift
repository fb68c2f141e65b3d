public import SluiceConfig
public import SluiceCore
internal import SluiceJSON

/// Gives models other names, with defaults for their parameters.
///
/// ```toml
/// [[processors]]
/// type = "rewrite-model"
/// parameters = "drop"              # what the endpoint does not know is dropped …
/// allowed = ["top_k"]              # … except these
/// restore_name = true              # answers carry the name that the client used
/// [processors.aliases]
/// "gpt-4" = "gpt-4.1"
/// "fast" = { model = "gpt-4.1-mini", temperature = 0.2, max_tokens = 500 }
/// ```
///
/// Defaults hold where the client gave none; with `override = true` in the alias's table they hold always. `parameters` and `allowed` may
/// stand in an alias's table too, and hold for it alone. A name is rewritten once: aliases of aliases are not followed.
public struct RewriteModel: ImmediateProcessor {
    private let aliases: [String: ModelAlias]
    private let policy: ParameterPolicy
    private let restoresName: Bool

    /// - Parameter section: may have `aliases`, `parameters`, `allowed` and `restore_name`.
    public init(_ section: Section) throws {
        let policy = try ParameterPolicy(section) ?? .keep
        self.policy = policy
        restoresName = try section.bool("restore_name", default: false)
        var aliases: [String: ModelAlias] = [:]
        if let table = try section.section("aliases") {
            for name in table.keys { aliases[name] = try ModelAlias(name, in: table) }
        }
        self.aliases = aliases
    }

    /// Each name with what it stands for, sorted; a name that only sets parameters stands alone.
    public var summary: String {
        aliases.sorted { $0.key < $1.key }.map { name, alias in
            alias.model.map { "\(name) → \($0)" } ?? name
        }.joined(separator: ", ")
    }

    /// The model that a request for a name goes to.
    package func model(for name: String) -> String { aliases[name]?.model ?? name }

    public func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        rewrite(&request)
        return .forward
    }

    public func processAtOnce(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) throws -> Decision? {
        rewrite(&request)
        return .forward
    }

    private func rewrite(_ request: inout ProxyRequest) {
        let alias = request.model.flatMap { aliases[$0] }
        if let model = alias?.model, model != request.model { request.model = model }
        guard request.endpoint.isUnderstood, case .json(var document) = request.body else {
            return
        }
        // The request must not hold the document while it is edited: it would be copied.
        request.body = .none
        (alias?.policy ?? policy).apply(to: &document, endpoint: request.endpoint)
        alias?.defaults.apply(to: &document, endpoint: request.endpoint)
        request.body = .json(document)
    }

    public func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)? {
        guard restoresName, request.endpoint.isUnderstood, let name = request.requestedModel,
            name != request.model
        else { return nil }
        return RestoreModelName(name)
    }
}
