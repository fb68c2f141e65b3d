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
            return children(key) {
                tables.enumerated().map { index, members in
                    Section(
                        members: members,
                        place: place.member(key, index + 1, label: Place.label(of: members)),
                        parent: self, source: source)
                }
            }
        }
        return sections ?? []
    }

    /// The value under a key as it is, or nil when the key is absent. All that it contains counts as read.
    public func value(_ key: String) -> ConfigurationValue? {
        node(key)?.value
    }
}
