extension Section {
    /// A whole number that must be there.
    public func int(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws -> Int {
        try require(key, optionalInt(key, in: range))
    }

    /// A whole number, or `default` when the key is absent. The default is not held against the range.
    public func int(_ key: String, default: Int, in range: ClosedRange<Int> = .min ... .max) throws
        -> Int
    {
        try optionalInt(key, in: range) ?? `default`
    }

    /// A whole number, or nil when the key is absent.
    public func optionalInt(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws
        -> Int?
    {
        let number = try read(key, expected: "an integer") { node -> Int? in
            guard case .int(let number) = node else { return nil }
            return number
        }
        if let number { try check(number, in: range, key: key) }
        return number
    }

    /// A number that must be there; a whole one will do.
    public func double(_ key: String, in range: ClosedRange<Double> = anyNumber) throws -> Double {
        try require(key, optionalDouble(key, in: range))
    }

    /// A number, or `default` when the key is absent.
    public func double(
        _ key: String, default: Double, in range: ClosedRange<Double> = anyNumber
    ) throws -> Double {
        try optionalDouble(key, in: range) ?? `default`
    }

    /// A number, or nil when the key is absent. TOML's `nan` and `inf` are refused.
    public func optionalDouble(_ key: String, in range: ClosedRange<Double> = anyNumber) throws
        -> Double?
    {
        let number = try read(key, expected: "a number") { node -> Double? in
            switch node {
            case .int(let number): Double(number)
            case .double(let number) where number.isFinite: number
            default: nil
            }
        }
        if let number { try check(number, in: range, key: key) }
        return number
    }

    /// Every finite number.
    public static var anyNumber: ClosedRange<Double> {
        -Double.greatestFiniteMagnitude ... .greatestFiniteMagnitude
    }

    /// True or false, which must be there.
    public func bool(_ key: String) throws -> Bool {
        try require(key, optionalBool(key))
    }

    /// True or false, or `default` when the key is absent.
    public func bool(_ key: String, default: Bool) throws -> Bool {
        try optionalBool(key) ?? `default`
    }

    /// True or false, or nil when the key is absent.
    public func optionalBool(_ key: String) throws -> Bool? {
        try read(key, expected: "true or false") { node in
            guard case .bool(let flag) = node else { return nil }
            return flag
        }
    }

    private func check<Number: Comparable & Sendable>(
        _ number: Number, in range: ClosedRange<Number>, key: String
    ) throws {
        guard !range.contains(number) else { return }
        // A range that is open at one end in practice is said as such.
        if number < range.lowerBound {
            throw error("must be at least \(range.lowerBound), is \(number)", key: key)
        }
        throw error("must be at most \(range.upperBound), is \(number)", key: key)
    }
}
