/// Tells where a provider is. Asked once per attempt, so that a list can rotate and a discovery can move.
public protocol URLProvider: Sendable {
    /// - Parameters:
    ///   - request: the request about to go out.
    ///   - attempt: 0 for the first.
    nonisolated(nonsending) func url(
        for request: ProxyRequest, attempt: Int, context: ExchangeContext
    ) async throws -> UpstreamURL

    /// Hears how the attempt at `url` ended; nil for success.
    func report(_ url: UpstreamURL, error: ProxyError?)

    /// How many addresses there are to try.
    var count: Int { get }

    /// The one address, where there is never another: then nothing is asked, waited for or reported.
    var fixedURL: UpstreamURL? { get }
}

extension URLProvider {
    public func report(_ url: UpstreamURL, error: ProxyError?) {}
    public var count: Int { 1 }
    public var fixedURL: UpstreamURL? { nil }
}
