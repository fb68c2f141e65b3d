extension Section {
    /// A duration above zero that must be there: `"250ms"`, `"10s"`, `"5m"`, `"1h"`.
    public func duration(_ key: String) throws -> Duration {
        try require(key, optionalDuration(key))
    }

    /// A duration above zero, or `default` when the key is absent.
    public func duration(_ key: String, default: Duration) throws -> Duration {
        try optionalDuration(key) ?? `default`
    }

    /// A duration above zero, or nil when the key is absent.
    public func optionalDuration(_ key: String) throws -> Duration? {
        let duration = try read(key, expected: Self.durationExample) { node -> Duration? in
            guard case .string(let text, _) = node else { return nil }
            return Quantity.duration(text)
        }
        if duration == .zero { throw error("must be above zero", key: key) }
        return duration
    }

    /// A duration that can be switched off: `"off"`, `"none"`, `0` and `"0s"` give nil.
    ///
    /// - Parameter default: what holds when the key is absent.
    public func durationOrOff(_ key: String, default: Duration?) throws -> Duration? {
        guard contains(key) else { return `default` }
        let expected = "\(Self.durationExample) or \"off\""
        let duration = try read(key, expected: expected) { node -> Duration? in
            switch node {
            case .int(0): .zero
            case .string("off", _), .string("none", _), .string("0", _): .zero
            case .string(let text, _): Quantity.duration(text)
            default: nil
            }
        }
        return duration == .zero ? nil : duration
    }

    /// A size in bytes that must be there: `"512B"`, `"64KiB"` (1,024s), `"1MB"` (1,000s).
    public func size(_ key: String, in range: ClosedRange<Int> = 0 ... .max) throws -> Int {
        try require(key, optionalSize(key, in: range))
    }

    /// A size in bytes, or `default` when the key is absent.
    public func size(_ key: String, default: Int, in range: ClosedRange<Int> = 0 ... .max) throws
        -> Int
    {
        try optionalSize(key, in: range) ?? `default`
    }

    /// A size in bytes, or nil when the key is absent.
    public func optionalSize(_ key: String, in range: ClosedRange<Int> = 0 ... .max) throws -> Int?
    {
        let size = try read(key, expected: "a size such as \"64KiB\"") { node -> Int? in
            guard case .string(let text, _) = node else { return nil }
            return Quantity.size(text)
        }
        guard let size, !range.contains(size) else { return size }
        let (bound, word) =
            size < range.lowerBound ? (range.lowerBound, "least") : (range.upperBound, "most")
        throw error("must be at \(word) \(bound) bytes, is \(size)", key: key)
    }

    private static let durationExample = "a duration such as \"10s\""
}
