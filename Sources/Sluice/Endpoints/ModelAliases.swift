internal import SluiceCore
internal import SluiceProcessors

/// What the names of models become on their way through the processors.
struct ModelAliases: Sendable {
    private let steps: [RewriteModel]

    init(_ processors: [any Processor]) {
        steps = processors.compactMap { $0 as? RewriteModel }
    }

    func model(for name: String) -> String {
        steps.reduce(name) { name, step in step.model(for: name) }
    }
}
