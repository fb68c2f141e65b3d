extension Section {
    /// Ends the reading of this section: a key that nobody asked for is an error, here and in the sections opened
    /// below.
    ///
    /// Sections whose reading broke off with an error are left out, since what would have been read there is unknown.
    ///
    /// - Throws: ``ConfigurationErrors`` with every such key, and the nearest one that was asked for.
    public func rejectUnreadKeys() throws {
        var errors = ConfigurationErrors()
        collectUnreadKeys(into: &errors)
        try errors.throwIfAny()
    }

    /// Does the same in the middle of an initialiser, which then breaks off: the sections around this one are no longer
    /// held to what was not read.
    public func finish() throws {
        do {
            try rejectUnreadKeys()
        } catch {
            markFailed()
            throw error
        }
    }

    private func collectUnreadKeys(into errors: inout ConfigurationErrors) {
        let (asked, children, hasFailed) = progress()
        for child in children { child.collectUnreadKeys(into: &errors) }
        guard !hasFailed else { return }
        for key in keys where !asked.contains(key) {
            let isList = members[key]?.isListOfTables == true
            // Members of one list may stand under two spellings: a right one does not rule out that it was meant here too.
            let unused = asked.filter {
                members[$0] == nil || isList && members[$0]?.isListOfTables == true
            }
            let isSection = place.components.isEmpty && members[key]?.isSection == true
            errors.append(
                ConfigurationError(
                    isSection ? ConfigurationError.unknownSection : ConfigurationError.unknownKey,
                    file: source.file, section: path, key: key,
                    line: source.lines.line(of: place.components + [key]),
                    suggestion: EditDistance.nearest(to: key, among: unused).map {
                        "did you mean '\($0)'?"
                    }))
        }
    }
}
