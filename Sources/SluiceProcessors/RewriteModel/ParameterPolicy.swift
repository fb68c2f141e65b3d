internal import SluiceConfig
internal import SluiceCore
internal import SluiceJSON

/// What becomes of parameters that an endpoint does not know.
enum ParameterPolicy: Sendable {
    case keep
    /// Dropped, except those of these names.
    case drop(allowed: Set<String>)

    private enum Choice: String, CaseIterable { case keep, drop }

    /// Nil when the section does not say.
    init?(_ section: Section) throws {
        let choice = try section.optionalChoice("parameters", of: Choice.self)
        let allowed = try section.optionalStrings("allowed")
        switch choice {
        case .drop: self = .drop(allowed: Set(allowed ?? []))
        case .keep, nil:
            if allowed != nil {
                throw section.error(
                    "has a meaning only with parameters = \"drop\"", key: "allowed")
            }
            guard choice == .keep else { return nil }
            self = .keep
        }
    }

    func apply(to document: inout JSONDocument, endpoint: Endpoint) {
        guard case .drop(let allowed) = self, let known = KnownParameters.of(endpoint) else {
            return
        }
        let dropped = document.root.members.map(\.key).filter {
            !known.contains($0) && !allowed.contains($0)
        }
        for name in dropped { document.remove(name) }
    }
}
