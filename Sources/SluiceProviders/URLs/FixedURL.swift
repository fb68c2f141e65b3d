internal import SluiceCore

/// One address.
struct FixedURL: URLProvider {
    let url: UpstreamURL
    var fixedURL: UpstreamURL? { url }

    nonisolated(nonsending) func url(
        for request: ProxyRequest, attempt: Int, context: ExchangeContext
    ) async throws -> UpstreamURL { url }
}
