/// An amount in the currency of the model table, in billionths: a token can cost less than a millionth.
public struct Money: Sendable, Hashable, Comparable {
    /// Billionths of the currency's unit.
    public var billionths: Int64

    /// Nothing.
    public static let zero = Money(billionths: 0)

    /// An amount in billionths.
    public init(billionths: Int64) {
        self.billionths = billionths
    }

    /// An amount in the currency's unit, rounded to billionths; what is beyond nine billion counts as that.
    public init(_ amount: Double) {
        let scaled = (amount * 1_000_000_000).rounded()
        billionths = Int64(scaled.isFinite ? min(max(scaled, -9e18), 9e18) : 0)
    }

    /// The amount in the currency's unit.
    public var amount: Double { Double(billionths) / 1_000_000_000 }

    public static func < (left: Money, right: Money) -> Bool { left.billionths < right.billionths }
}
