public import SluiceCore
internal import SluiceWire

/// A provider that sends every request to one place as it is, in the client's dialect.
public struct ScriptedProvider: Provider {
    public let name = "scripted"
    public var reportsStreamUsage: Bool

    /// - Parameter reportsStreamUsage: whether streams are asked for their usage.
    public init(reportsStreamUsage: Bool = false) {
        self.reportsStreamUsage = reportsStreamUsage
    }

    public func action(
        for request: ProxyRequest, base: UpstreamURL?, credential: Credential?
    ) throws(ProxyError) -> ProviderAction {
        guard let base else { throw .cannotConnect("no address") }
        return .send(
            UpstreamRequest(
                method: request.method, url: base, target: base.target(request.path),
                headers: request.addedHeaders, body: request.body))
    }
}

/// Always the same address.
public struct ScriptedURL: URLProvider {
    private let address: UpstreamURL

    /// - Throws: ``InvalidURL``.
    public init(_ text: String = "http://upstream.test/v1") throws(InvalidURL) {
        address = try UpstreamURL(text)
    }

    public func url(
        for request: ProxyRequest, attempt: Int, context: ExchangeContext
    ) async throws -> UpstreamURL { address }
}
