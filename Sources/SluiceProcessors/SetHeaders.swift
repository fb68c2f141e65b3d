public import SluiceConfig
public import SluiceCore
internal import SluiceWire

/// Sets and removes header fields: towards the provider, and towards the client.
///
/// ```toml
/// [[processors]]
/// type = "set-headers"
/// request = { "x-team" = "blue" }
/// remove_request = ["openai-organization"]
/// response = { "x-served-by" = "sluice" }
/// remove_response = ["openai-processing-ms"]
/// ```
///
/// Fields set towards the provider go there whatever the header policy says. Credentials are the provider section's affair and are refused
/// here, unless `allow_credentials = true`.
public struct SetHeaders: ImmediateProcessor {
    private let request: HeaderFields
    private let removedFromRequest: [HeaderName]
    private let response: HeaderFields
    private let removedFromResponse: [HeaderName]

    static let credentials: Set<HeaderName> = [
        "authorization", "api-key", "x-api-key", "cookie",
    ]

    /// - Parameter section: may have `request`, `remove_request`, `response`, `remove_response` and `allow_credentials`.
    public init(_ section: Section) throws {
        request = try section.headerFields("request")
        removedFromRequest = try section.headerNames("remove_request")
        response = try section.headerFields("response")
        removedFromResponse = try section.headerNames("remove_response")
        let allowsCredentials = try section.bool("allow_credentials", default: false)
        if !allowsCredentials, let name = Self.credentials.first(where: request.contains) {
            throw section.error(
                "'\(name)' is a credential", key: "request",
                suggestion: "use the provider's 'token', or allow_credentials = true")
        }
    }

    public func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        setHeaders(of: &request)
        return .forward
    }

    public func processAtOnce(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) throws -> Decision? {
        setHeaders(of: &request)
        return .forward
    }

    private func setHeaders(of request: inout ProxyRequest) {
        for name in removedFromRequest {
            request.headers.remove(name)
            request.addedHeaders.remove(name)
        }
        request.addedHeaders.merge(self.request)
    }

    public func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)? {
        if response.isEmpty, removedFromResponse.isEmpty { return nil }
        return Stage(added: response, removed: removedFromResponse)
    }

    private struct Stage: ResponseStage {
        let added: HeaderFields
        let removed: [HeaderName]
        var interest: ResponseInterest { .head }

        func head(_ head: inout ResponseHead) {
            for name in removed { head.headers.remove(name) }
            head.headers.merge(added)
        }
    }
}
