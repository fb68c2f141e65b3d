internal import Foundation

extension Configuration {
    /// The top level with its encrypted strings decrypted.
    ///
    /// - Throws: ``ConfigurationErrors`` with every string that could not be.
    static func decrypted(_ root: Section, environment: [String: String]) throws -> Section {
        let isNeeded = SealedNodes.areIn(.table(root.members))
        guard isNeeded || root.members["secrets"] != nil else { return root }
        var errors = ConfigurationErrors()
        guard let keys = try errors.attempt({ try secretKeys(root, environment) }), isNeeded else {
            try errors.throwIfAny()
            return root
        }
        let nodes = SealedNodes(keys: keys) { message, place, key in
            errors.append(root.error(message, at: place, key: key))
        }
        let members = nodes.open(root.members, at: Place())
        try errors.throwIfAny()
        let opened = Section(members: members, place: Place(), parent: nil, source: root.source)
        // What was read of the former top level counts as read.
        _ = try opened.section("secrets")?.source("key")
        return opened
    }

    /// The keys that a file is encrypted under. Nothing else of the file need be right: neither its variables nor its secrets.
    ///
    /// - Throws: ``ConfigurationErrors``.
    package static func secretKeys(
        of path: String, environment: [String: String]? = nil
    ) throws -> SecretKeys {
        let environment = environment ?? ProcessInfo.processInfo.environment
        let root = try ConfigurationText(path: path).root(environment) { _ in }
        var errors = ConfigurationErrors()
        let keys = try errors.attempt { try secretKeys(root, environment) }
        try errors.throwIfAny()
        do {
            guard let keys else { throw SecretsUnavailable("there is no key") }
            return try keys.get()
        } catch {
            throw ConfigurationErrors([ConfigurationError("\(error)", file: path)])
        }
    }

    /// - Returns: a failure where nothing says where the keys are, and they are not where they are by default.
    private static func secretKeys(
        _ root: Section, _ environment: [String: String]
    ) throws -> Result<SecretKeys, SecretsUnavailable> {
        guard let section = try root.section("secrets") else {
            return Result { () throws(SecretsUnavailable) in
                try SecretKeys(environment: environment)
            }
        }
        guard let source = try section.source("key") else { throw section.missing("key") }
        do {
            switch source {
            case .environment(let name):
                return .success(try SecretKeys(environment: environment, variable: name))
            case .file(let path): return .success(try SecretKeys(file: path))
            default:
                throw section.error("expected { env = … } or { file = … }", key: "key")
            }
        } catch let error as SecretsUnavailable {
            throw section.error(error.description, key: "key")
        }
    }
}
