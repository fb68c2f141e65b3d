public import SluiceJSON
public import SluiceWire

/// A request as processors see it: parsed, with a body whose untouched bytes stay as they came.
public struct ProxyRequest: Sendable {
    @usableFromInline
    struct Parts: Sendable {
        @usableFromInline var endpoint: Endpoint
        @usableFromInline var method: HTTPMethod
        @usableFromInline var path: String
        @usableFromInline var query: String?
        @usableFromInline var headers: HeaderFields
        @usableFromInline var isStreaming: Bool
        @usableFromInline var wantsUsage: Bool
        @usableFromInline var body: RequestBody
        @usableFromInline var requestedModel: String?
        @usableFromInline var addedHeaders = HeaderFields()
        @usableFromInline var model: String?
    }

    @usableFromInline var parts: Boxed<Parts>

    /// What is asked for.
    public var endpoint: Endpoint {
        @inlinable _read { yield parts.value.endpoint }
        @inlinable _modify { yield &parts.value.endpoint }
    }
    /// As received.
    public var method: HTTPMethod {
        @inlinable _read { yield parts.value.method }
        @inlinable _modify { yield &parts.value.method }
    }
    /// The path below the API's root, for example `/chat/completions`.
    public var path: String {
        @inlinable _read { yield parts.value.path }
        @inlinable _modify { yield &parts.value.path }
    }
    /// Without its `?`; nil when there was none.
    public var query: String? {
        @inlinable _read { yield parts.value.query }
        @inlinable _modify { yield &parts.value.query }
    }
    /// The client's header fields, as received. A policy decides which of them go on to a provider.
    public var headers: HeaderFields {
        @inlinable _read { yield parts.value.headers }
        @inlinable _modify { yield &parts.value.headers }
    }
    /// Fields that go to the provider whatever the policy says; set by processors such as `set-headers`.
    public var addedHeaders: HeaderFields {
        @inlinable _read { yield parts.value.addedHeaders }
        @inlinable _modify { yield &parts.value.addedHeaders }
    }
    /// Whether the client asked for server-sent events.
    @inlinable public var isStreaming: Bool { parts.value.isStreaming }
    /// Whether the client asked for the usage chunk at the end of a stream.
    @inlinable public var wantsUsage: Bool { parts.value.wantsUsage }
    /// The body, to be sent as it is here.
    public var body: RequestBody {
        @inlinable _read { yield parts.value.body }
        @inlinable _modify { yield &parts.value.body }
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
