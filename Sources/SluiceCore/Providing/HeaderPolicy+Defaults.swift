public import SluiceWire

extension HeaderPolicy {
    /// The client's fields that a provider sees; `extra` names come from the provider's section.
    public static func towardsProvider(extra: [String] = []) -> HeaderPolicy {
        HeaderPolicy(
            exact: [
                "content-type", "accept", "user-agent", "openai-beta", "openai-organization",
                "openai-project", "traceparent", "tracestate", "x-request-id",
            ] + extra.filter { !$0.hasSuffix("*") },
            prefixes: ["x-stainless-"]
                + extra.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) })
    }

    /// The provider's fields that a client sees.
    public static let towardsClient = HeaderPolicy(
        exact: [
            "content-type", "content-encoding", "content-disposition", "x-request-id", "request-id",
            "apim-request-id", "x-ms-request-id", "x-ms-region", "cf-ray", "retry-after",
            "retry-after-ms", "x-ms-retry-after-ms", "x-should-retry",
        ],
        prefixes: ["x-ratelimit-", "openai-", "anthropic-ratelimit-"])
}
