extension Section {
    /// The table under a key, or nil when the file has none.
    public func section(_ key: String) throws -> Section? {
        try read(key, expected: "a section [\(place.table(key).header)]") { node in
            guard case .table(let members) = node else { return nil }
            return children(key) {
                [Section(members: members, place: place.table(key), parent: self, source: source)]
            }.first
        }
    }

    /// Whether the file has a table under this key. Asking for this does not count as reading it.
    package func hasTable(_ key: String) -> Bool {
        if case .table = members[key] { true } else { false }
    }

    /// The tables of a list (`[[providers]]`), in the order of the file; empty when there are none.
    public func sections(_ key: String) throws -> [Section] {
        let expected = "a list of sections [[\(place.table(key).header)]]"
        let sections = try read(key, expected: expected) { node -> [Section]? in
            guard case .array(let elements) = node else { return nil }
            let tables = elements.compactMap { element -> [String: Node]? in
                guard case .table(let members) = element else { return nil }
                return members
            }
            guard tables.count == elements.count else { return nil }
            return children(key) { members(tables, of: key) }
        }
        return sections ?? []
    }

    /// A list of strings and tables that must be there and not be empty.
    ///
    /// - Parameter name: a string is short for a table that has it under this key.
    public func sections(_ key: String, orStringsAs name: String) throws -> [Section] {
        let expected = "a list of strings or of tables with '\(name)'"
        let sections = try read(key, expected: expected) { node -> [Section]? in
            guard case .array(let elements) = node else { return nil }
            let tables = elements.compactMap { element -> [String: Node]? in
                switch element {
                case .string: [name: element]
                case .table(let members): members
                default: nil
                }
            }
            guard tables.count == elements.count else { return nil }
            return children(key) { members(tables, of: key) }
        }
        let found = try require(key, sections)
        guard !found.isEmpty else { throw error("must not be empty", key: key) }
        return found
    }

    private func members(_ tables: [[String: Node]], of key: String) -> [Section] {
        tables.enumerated().map { index, members in
            Section(
                members: members,
                place: place.member(key, index + 1, label: Place.label(of: members)),
                parent: self, source: source)
        }
    }

    /// The value under a key as it is, or nil when the key is absent. All that it contains counts as read.
    ///
    /// - Throws: ``ConfigurationError`` for a time that nothing can be done with.
    public func value(_ key: String) throws -> ConfigurationValue? {
        guard let node = node(key) else { return nil }
        if let fault = node.fault { throw error(fault, key: key) }
        return node.value
    }
}
