import SluiceConfig
import SluiceCore

/// Azure's two spellings of the API: by deployment with an `api-version`, or the v1 API, whose paths are OpenAI's own.
struct AzurePaths: Sendable {
    /// The last version of the deployment API that is not a preview.
    static let defaultVersion = "2024-10-21"

    private let version: String
    /// Model names and the deployments that serve them, where the names differ.
    private let deployments: [String: String]

    init(_ section: Section) throws {
        version = try section.string("api_version", default: Self.defaultVersion)
        deployments = try section.stringTable("deployments")
        guard version.utf8.allSatisfy({ PercentEncoding.isUnreserved($0) }), !version.isEmpty else {
            throw section.error(
                "expected a date such as \"2024-10-21\" or \"v1\"", key: "api_version")
        }
    }

    /// - Parameter base: the resource (`https://NAME.openai.azure.com`), with or without `/openai`.
    func target(for request: ProxyRequest, base: UpstreamURL) -> String {
        guard version != "v1" else {
            let root = base.path.hasSuffix("/v1") ? "" : missingRoot(base) + "/v1"
            return base.target(root + request.path, query: request.query)
        }
        var path = request.path
        if let model = request.model, Self.isPerDeployment(request.endpoint) {
            path = "/deployments/\(Self.escaped(deployments[model] ?? model))\(path)"
        }
        let hasVersion = base.query?.contains("api-version=") == true
        let queries = [hasVersion ? nil : "api-version=\(version)", request.query]
        let query = queries.compactMap { $0 }.joined(separator: "&")
        return base.target(missingRoot(base) + path, query: query)
    }

    private func missingRoot(_ base: UpstreamURL) -> String {
        base.path.hasSuffix("/openai") ? "" : "/openai"
    }

    private static func isPerDeployment(_ endpoint: Endpoint) -> Bool {
        switch endpoint {
        case .chatCompletions, .completions, .embeddings: true
        case .other("audio"), .other("images"): true
        case .responses, .other: false
        }
    }

    private static func escaped(_ name: String) -> String {
        let component = PercentEncoding.encode(name)
        // A name of dots alone would be read as a step between folders.
        return component == "." || component == ".." ? "_" : component
    }
}
