public import SluiceWire

/// A path that the proxy answers itself: health, metrics, the list of models.
public protocol LocalEndpoint: Sendable {
    /// Where it is: the path that it serves, or the beginning of all paths that it serves. Also the name in metrics and logs.
    var route: String { get }
    /// Whether only ``Client``s may ask it, where there are any. Default: true.
    var needsClient: Bool { get }
    /// Whether this endpoint answers the request, if only to refuse its method.
    func serves(_ head: RequestHead) -> Bool
    /// - Throws: ``ProxyError`` for a wrong method or an unknown name.
    nonisolated(nonsending) func answer(
        _ head: RequestHead, context: ExchangeContext
    ) async throws -> ProxyResponse
}

extension LocalEndpoint {
    public var needsClient: Bool { true }
}
