extension Section {
    /// When something ends, in seconds since 1970, or nil when the key is absent. A date ends with its day in UTC.
    public func optionalEnd(_ key: String) throws -> Int? {
        try read(key, expected: "a date as 2027-01-31 or 2027-01-31T12:00:00Z, without quotes") {
            node in
            guard case .date(let seconds, _) = node else { return nil }
            return seconds
        }
    }
}
