public import SluiceJSON
public import SluiceWire

/// A request as processors see it: parsed, with a body whose untouched bytes stay as they came.
public struct ProxyRequest: Sendable {
    private struct Parts: Sendable {
        var endpoint: Endpoint
        var method: HTTPMethod
        var path: String
        var query: String?
        var headers: HeaderFields
        var isStreaming: Bool
        var wantsUsage: Bool
        var body: RequestBody
        var requestedModel: String?
        var addedHeaders = HeaderFields()
        var model: String?
    }

    private var parts: Boxed<Parts>

    /// What is asked for.
    public var endpoint: Endpoint {
        get { parts.value.endpoint }
        set { parts.value.endpoint = newValue }
    }
    /// As received.
    public var method: HTTPMethod {
        get { parts.value.method }
        set { parts.value.method = newValue }
    }
    /// The path below the API's root, for example `/chat/completions`.
    public var path: String {
        get { parts.value.path }
        set { parts.value.path = newValue }
    }
    /// Without its `?`; nil when there was none.
    public var query: String? {
        get { parts.value.query }
        set { parts.value.query = newValue }
    }
    /// The client's header fields, as received. A policy decides which of them go on to a provider.
    public var headers: HeaderFields {
        _read { yield parts.value.headers }
        _modify { yield &parts.value.headers }
    }
    /// Fields that go to the provider whatever the policy says; set by processors such as `set-headers`.
    public var addedHeaders: HeaderFields {
        _read { yield parts.value.addedHeaders }
        _modify { yield &parts.value.addedHeaders }
    }
    /// Whether the client asked for server-sent events.
    public var isStreaming: Bool { parts.value.isStreaming }
    /// Whether the client asked for the usage chunk at the end of a stream.
    public var wantsUsage: Bool { parts.value.wantsUsage }
    /// The body, to be sent as it is here.
    public var body: RequestBody {
        _read { yield parts.value.body }
        _modify { yield &parts.value.body }
    }
    /// The model as the client named it, whatever processors made of ``model``.
    public var requestedModel: String? { parts.value.requestedModel }
    /// The model the client named. Setting it changes the body too.
    public var model: String? {
        get { parts.value.model }
        set {
            parts.value.model = newValue
            guard let newValue else { return }
            switch body {
            case .json(var document):
                document.set("model", to: .string(newValue))
                body = .json(document)
            case .stream(var prefix):
                prefix.replaceModel(with: newValue)
                body = .stream(prefix)
            case .none, .bytes:
                break
            }
        }
    }

    /// Whether ``json`` has one, told without a copy of it.
    package var isJSON: Bool { if case .json = parts.value.body { true } else { false } }

    /// The JSON body, to read and to patch; nil where the body is of another kind.
    public var json: JSONDocument? {
        get { if case .json(let document) = body { document } else { nil } }
        set { if let newValue { body = .json(newValue) } }
    }

    /// A request; parsers make them.
    public init(
        endpoint: Endpoint, method: HTTPMethod, path: String, query: String? = nil,
        headers: HeaderFields = HeaderFields(), model: String?, isStreaming: Bool = false,
        wantsUsage: Bool = false, body: RequestBody
    ) {
        parts = Boxed(
            Parts(
                endpoint: endpoint, method: method, path: path, query: query, headers: headers,
                isStreaming: isStreaming, wantsUsage: wantsUsage, body: body,
                requestedModel: model, model: model))
    }
}
