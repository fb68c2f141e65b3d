internal import SluiceConfig
public import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// Sends requests to OpenAI and to services that speak its API.
///
/// Keys of its section: `auth` (`"bearer"`, `"api-key"`, `"none"`), `stream_usage` (whether `stream_options.include_usage` may be asked
/// for) and `headers` (fields added to each request); for Azure also `api_version` and `deployments`.
public struct OpenAIProvider: Provider {
    public let name: String
    public let reportsStreamUsage: Bool
    private let authorization: OpenAIPreset.Authorization
    private let listsModels: Bool
    private let headers: HeaderFields
    private let azure: AzurePaths?
    private let latest = CredentialFields()

    init(_ section: Section, preset: OpenAIPreset) throws {
        name = preset.type
        authorization = try section.choice("auth", default: preset.authorization)
        reportsStreamUsage = try section.bool("stream_usage", default: preset.reportsStreamUsage)
        headers = try section.headerFields("headers")
        listsModels = preset.listsModels
        azure = preset.type == OpenAIPreset.azure.type ? try AzurePaths(section) : nil
    }

    public func action(
        for request: ProxyRequest, base: UpstreamURL?, credential: Credential?
    ) throws(ProxyError) -> ProviderAction {
        guard let base else {
            throw ProxyError(
                status: 500, code: "provider_without_url", fault: .proxy,
                message: "The provider is not configured.")
        }
        var fields = ownFields(credential)
        fields.merge(request.addedHeaders)
        if request.isJSON, !request.headers.contains(.contentType), !fields.contains(.contentType) {
            fields.append(.contentType, "application/json")
        }
        let target =
            azure?.target(for: request, base: base)
            ?? base.target(request.path, query: request.query)
        return .send(
            UpstreamRequest(
                method: request.method, url: base, target: target, headers: fields,
                body: request.body))
    }

    public func modelList(base: UpstreamURL, credential: Credential?) -> UpstreamRequest? {
        guard listsModels else { return nil }
        var fields = ownFields(credential)
        fields.append(.accept, "application/json")
        return UpstreamRequest(
            method: .get, url: base, target: base.target("/models"), headers: fields, body: .none)
    }

    public func models(in body: [UInt8]) -> [String] {
        guard let document = try? JSONDocument(parsing: body) else { return [] }
        // Together answers with the bare list.
        let root = document.root
        let list = root.isArray ? root : root["data"]
        return list?.elements.compactMap { $0["id"]?.string } ?? []
    }

    private func ownFields(_ credential: Credential?) -> HeaderFields {
        guard let credential, authorization != .none else { return headers }
        if let known = latest.fields(for: credential) { return known }
        var fields = headers
        switch authorization {
        case .bearer: fields[.authorization] = "Bearer " + credential.token
        case .apiKey: fields["api-key"] = credential.token
        case .none: break
        }
        latest.keep(fields, for: credential)
        return fields
    }
}
