internal import SluiceConfig
internal import SluiceCore

/// Which requests a section of limits is for.
struct TokenLimitScope: Sendable {
    /// Names, and patterns that end in `*`; nil: all.
    private let models: ModelNames?
    private let modelNames: [String]?
    /// Nil: all.
    private let endpoints: Set<Endpoint>?

    private static let known: [Endpoint] = [
        .chatCompletions, .completions, .embeddings, .responses,
    ]

    init(_ section: Section) throws {
        modelNames = try section.modelNames("models")
        guard modelNames?.isEmpty != true else {
            throw section.error("names nothing", key: "models")
        }
        models = modelNames.map { ModelNames($0) }
        endpoints = try section.optionalStrings("routes", oneOrMany: true).map { routes in
            try Set(
                routes.map { route in
                    guard let endpoint = Self.known.first(where: { $0.route == route }) else {
                        let routes = Self.known.map(\.route).joined(separator: ", ")
                        throw section.error(
                            "no route with a prompt is '\(route)'; there are: \(routes)",
                            key: "routes")
                    }
                    return endpoint
                })
        }
        guard endpoints?.isEmpty != true else {
            throw section.error("names nothing", key: "routes")
        }
    }

    /// For people; empty where it is for all requests.
    var summary: [String] {
        let routes = endpoints.map { endpoints in
            "routes " + endpoints.map(\.route).sorted().joined(separator: ", ")
        }
        return [modelNames.map { "models " + $0.joined(separator: ", ") }, routes]
            .compactMap { $0 }
    }

    func contains(_ endpoint: Endpoint, model: String) -> Bool {
        endpoints?.contains(endpoint) ?? true && models?.contains(model) ?? true
    }
}
