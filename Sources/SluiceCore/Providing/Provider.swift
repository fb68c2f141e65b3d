public import SluiceWire

/// Speaks one provider dialect: pure translation, without I/O and state.
///
/// It writes the upstream request for an address and a credential and, where the upstream's dialect is not the client's, translates the
/// answer. Addresses come from a ``URLProvider``, credentials from a ``TokenProvider``.
public protocol Provider: Sendable {
    /// The configuration's `type`: also OpenTelemetry's `gen_ai.provider.name`.
    var name: String { get }

    /// Writes what goes upstream, or answers without an upstream.
    ///
    /// - Parameters:
    ///   - base: where the API's root is; nil for a provider without upstream.
    ///   - credential: for this attempt; nil when the section has no token.
    func action(
        for request: ProxyRequest, base: UpstreamURL?, credential: Credential?
    ) throws(ProxyError) -> ProviderAction

    /// Whether ``action(for:base:credential:)`` needs an address.
    var needsUpstream: Bool { get }

    /// Turns the upstream's answer into the client's dialect; nil when both are the same.
    func makeTranslator(for request: ProxyRequest) -> (any ResponseTranslator)?

    /// Whether usage can be asked for with `stream_options.include_usage`; then it is asked for on every stream.
    var reportsStreamUsage: Bool { get }

    /// The request for the list of models; nil where the provider has none.
    func modelList(base: UpstreamURL, credential: Credential?) -> UpstreamRequest?

    /// The names in an answer to ``modelList(base:credential:)``.
    func models(in body: [UInt8]) -> [String]
}

extension Provider {
    public var needsUpstream: Bool { true }
    public var reportsStreamUsage: Bool { false }
    public func makeTranslator(for request: ProxyRequest) -> (any ResponseTranslator)? { nil }
    public func modelList(base: UpstreamURL, credential: Credential?) -> UpstreamRequest? { nil }
    public func models(in body: [UInt8]) -> [String] { [] }
}

/// What a provider does with a request.
public enum ProviderAction: Sendable {
    case send(UpstreamRequest)
    case answer(ProxyResponse)
}

/// Translates one answer from an upstream's dialect into the client's.
public protocol ResponseTranslator: Sendable {
    mutating func head(_ head: inout ResponseHead)
    /// The events to send for one upstream event, none or many.
    mutating func event(_ event: ServerSentEvent) throws(ProxyError) -> [ServerSentEvent]
    /// The whole body of an answer that is not a stream.
    mutating func document(_ body: [UInt8]) throws(ProxyError) -> [UInt8]
}
