public import SluiceJSON
public import SluiceWire

/// A request as processors see it: parsed, with a body whose untouched bytes stay as they came.
public struct ProxyRequest: Sendable {
    /// What is asked for.
    public var endpoint: Endpoint
    /// As received.
    public var method: HTTPMethod
    /// The path below the API's root, for example `/chat/completions`.
    public var path: String
    /// Without its `?`; nil when there was none.
    public var query: String?
    /// The client's header fields, as received. A policy decides which of them go on to a provider.
    public var headers: HeaderFields
    /// Fields that go to the provider whatever the policy says; set by processors such as `set-headers`.
    public var addedHeaders = HeaderFields()
    /// Whether the client asked for server-sent events.
    public let isStreaming: Bool
    /// Whether the client asked for the usage chunk at the end of a stream.
    public let wantsUsage: Bool
    /// The body, to be sent as it is here.
    public var body: RequestBody
    /// The model as the client named it, whatever processors made of ``model``.
    public let requestedModel: String?
    private var storedModel: String?

    /// The model the client named. Setting it changes the body too.
    public var model: String? {
        get { storedModel }
        set {
            storedModel = newValue
            guard let newValue else { return }
            switch body {
            case .json(var document):
                body = .none
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
        self.endpoint = endpoint
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.isStreaming = isStreaming
        self.wantsUsage = wantsUsage
        self.body = body
        requestedModel = model
        storedModel = model
    }
}
