extension Section {
    /// Reads a key that may be absent; `convert` gives nil for a value of the wrong kind.
    func read<Value>(_ key: String, expected: String, _ convert: (Node) throws -> Value?) throws
        -> Value?
    {
        guard let node = node(key) else { return nil }
        if case .time(let fault, _) = node { throw error(fault, key: key) }
        if let value = try convert(node) { return value }
        throw error("expected \(expected), found \(found(node, expected))", key: key)
    }

    /// Reads a key that must be there.
    func require<Value>(_ key: String, _ value: Value?) throws -> Value {
        if let value { return value }
        throw missing(key)
    }

    /// An empty string is often that of a variable.
    func empty(_ key: String) -> ConfigurationError {
        guard case .string(_, let written) = node(key),
            let name = VariableExpansion.firstName(in: written)
        else { return error("must not be empty", key: key) }
        return error("the environment variable \(name) is empty", key: key)
    }

    /// A missing key is often one that is there under a misspelt name.
    func missing(_ key: String) -> ConfigurationError {
        let asked = progress().asked
        let near = EditDistance.nearest(to: key, among: members.keys.filter { !asked.contains($0) })
        return error(
            ConfigurationError.missingKey, key: key,
            suggestion: near.map { "did you mean it by '\($0)'?" })
    }

    /// Quotes a string, as written, only where something with a unit was expected: elsewhere it could be a credential.
    private func found(_ node: Node, _ expected: String) -> String {
        guard case .string(_, let written) = node, expected.contains("such as"), written.count <= 40
        else { return node.kind }
        return "\"\(written)\""
    }
}
