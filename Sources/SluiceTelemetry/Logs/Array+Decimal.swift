extension [UInt8] {
    /// Appends a number in decimal digits, without the string that `description` would make.
    mutating func append(decimal number: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var rest = number
        var index = digits.count
        repeat {
            index -= 1
            digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        for position in index..<digits.count { append(digits[position]) }
    }

    /// Appends a number in decimal digits.
    mutating func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: UInt64(number.magnitude))
    }

    /// Appends nanoseconds as milliseconds with three decimals.
    mutating func append(milliseconds nanoseconds: UInt64) {
        let microseconds = nanoseconds / 1_000
        append(decimal: microseconds / 1_000)
        append(UInt8(ascii: "."))
        let fraction = microseconds % 1_000
        if fraction < 100 { append(UInt8(ascii: "0")) }
        if fraction < 10 { append(UInt8(ascii: "0")) }
        append(decimal: fraction)
    }
}
