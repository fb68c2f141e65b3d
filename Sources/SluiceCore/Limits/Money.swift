/// An amount in the currency of the model table, in billionths: a token can cost less than a millionth.
///
/// No amount is beyond 2^53 billionths, some nine million: scripts in Redis are exact up to that, and sums of two never overflow.
public struct Money: Sendable, Hashable, Comparable {
    /// Billionths of the currency's unit.
    public var billionths: Int64 {
        didSet { billionths = Self.clamped(billionths) }
    }

    /// Nothing.
    public static let zero = Money(billionths: 0)

    private static let most: Int64 = 1 << 53

    /// An amount in billionths.
    public init(billionths: Int64) {
        self.billionths = Self.clamped(billionths)
    }

    /// An amount in the currency's unit, rounded to billionths.
    public init(_ amount: Double) {
        let scaled = (amount * 1_000_000_000).rounded()
        let most = Double(Self.most)
        billionths = Int64(scaled.isNaN ? 0 : min(max(scaled, -most), most))
    }

    /// The amount in the currency's unit.
    public var amount: Double { Double(billionths) / 1_000_000_000 }

    /// The amount with two digits behind the point, or as many as it has: `5.00`, `0.000012`.
    package var text: String {
        let (whole, rest) = billionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        var digits = String(1_000_000_000 + rest).dropFirst()
        while digits.count > 2, digits.last == "0" { digits.removeLast() }
        return (billionths < 0 ? "-" : "") + "\(whole).\(digits)"
    }

    public static func < (left: Money, right: Money) -> Bool { left.billionths < right.billionths }

    public static func + (left: Money, right: Money) -> Money {
        Money(billionths: left.billionths + right.billionths)
    }

    public static func += (left: inout Money, right: Money) { left = left + right }

    private static func clamped(_ billionths: Int64) -> Int64 {
        min(max(billionths, -most), most)
    }
}
