extension Section {
    /// One of the names of an enumeration, which must be there.
    public func choice<Choice>(_ key: String, of type: Choice.Type) throws -> Choice
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        try require(key, optionalChoice(key, of: type))
    }

    /// One of the names of an enumeration, or `default` when the key is absent.
    public func choice<Choice>(_ key: String, default: Choice) throws -> Choice
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        try optionalChoice(key, of: Choice.self) ?? `default`
    }

    /// One of the names of an enumeration, or nil when the key is absent.
    public func optionalChoice<Choice>(_ key: String, of type: Choice.Type) throws -> Choice?
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        guard let name = try optionalChoice(key, among: names) else { return nil }
        return Choice(rawValue: name)
    }

    /// One of some names that are only known at run time, such as the registered types, which must be there.
    public func choice(_ key: String, among names: [String]) throws -> String {
        try require(key, optionalChoice(key, among: names))
    }

    /// One of some names that are only known at run time, or nil when the key is absent.
    public func optionalChoice(_ key: String, among names: [String]) throws -> String? {
        let expected = "one of " + names.map { "\"\($0)\"" }.joined(separator: ", ")
        return try read(key, expected: expected) { node in
            guard case .string(let text, let written) = node else { return nil }
            guard !names.contains(text) else { return text }
            let quoted = written.count <= 40 ? "\"\(written)\"" : node.kind
            throw error(
                "expected \(expected), found \(quoted)", key: key,
                suggestion: EditDistance.nearest(to: text, among: names).map {
                    "did you mean \"\($0)\"?"
                })
        }
    }
}
