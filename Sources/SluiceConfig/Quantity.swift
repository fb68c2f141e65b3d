/// Reads numbers with a unit, the way durations and sizes are written: `250ms`, `64KiB`.
enum Quantity {
    /// Nanoseconds per unit of time.
    private static let timeUnits: [String: Int64] = [
        "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000, "d": 86_400_000_000_000,
    ]

    /// Bytes per unit of size: the `i` units are powers of 1,024, those without are powers of 1,000.
    private static let sizeUnits: [String: Int] = [
        "B": 1, "KB": 1_000, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000,
        "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
    ]

    /// A duration such as `10s` or `1.5h`, or nil when the text is none or too long to count in nanoseconds.
    static func duration(_ text: String) -> Duration? {
        guard let (whole, fraction, unitName) = split(text), let unit = timeUnits[unitName] else {
            return nil
        }
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        // The fraction is below one, so its part is below the unit and converts exactly enough.
        let part = Int64((fraction * Double(unit)).rounded())
        let (sum, overflowed) = product.addingReportingOverflow(part)
        return overflowed ? nil : .nanoseconds(sum)
    }

    /// A size such as `64KiB` in bytes, or nil when the text is none or too large.
    static func size(_ text: String) -> Int? {
        guard let (whole, fraction, unitName) = split(text), fraction == 0,
            let unit = sizeUnits[unitName], let count = Int(exactly: whole)
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
    }

    private static func split(_ text: String) -> (Int64, Double, String)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let whole = Int64(digits) else { return nil }
        var rest = text.dropFirst(digits.count)
        var fraction = 0.0
        if rest.first == "." {
            let decimals = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard !decimals.isEmpty, let value = Double("0.\(decimals)") else { return nil }
            fraction = value
            rest = rest.dropFirst(1 + decimals.count)
        }
        return (whole, fraction, String(rest))
    }
}
