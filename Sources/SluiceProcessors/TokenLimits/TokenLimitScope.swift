internal import SluiceConfig
internal import SluiceCore

/// Which requests a section of limits is for.
struct TokenLimitScope: Sendable {
    /// Names, and patterns that end in `*`; nil: all.
    private let models: ModelNames?
    /// Nil: all.
    private let endpoints: Set<Endpoint>?

    private static let known: [Endpoint] = [
        .chatCompletions, .completions, .embeddings, .responses,
    ]

    init(_ section: Section) throws {
        models = try section.modelNames("models").map { ModelNames($0) }
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
    }

    func contains(_ endpoint: Endpoint, model: String) -> Bool {
        endpoints?.contains(endpoint) ?? true && models?.contains(model) ?? true
    }
}
