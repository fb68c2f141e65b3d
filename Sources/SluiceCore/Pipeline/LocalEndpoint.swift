public import SluiceWire

/// A path that the proxy answers itself: health, metrics, the list of models.
public protocol LocalEndpoint: Sendable {
    /// Where it is: the path that it serves, or the beginning of all paths that it serves. Also the name in metrics and logs.
    var route: String { get }
    /// Whether only ``Client``s may ask it, where there are any. Default: true.
    var needsClient: Bool { get }
    /// Whether this endpoint answers the request, if only to refuse its method.
    func serves(_ head: RequestHead) -> Bool
    /// Whether it looks at the bodies of requests. Default: false.
    var readsBody: Bool { get }
    /// - Parameter body: whole, within the pipeline's limit; empty where the endpoint does not read bodies.
    /// - Throws: ``ProxyError`` for a wrong method or an unknown name.
    nonisolated(nonsending) func answer(
        _ head: RequestHead, body: [UInt8], context: ExchangeContext
    ) async throws -> ProxyResponse
}

extension LocalEndpoint {
    public var needsClient: Bool { true }
    public var readsBody: Bool { false }
}
