internal import SluiceCore

extension OutputSpan<UInt8> {
    /// Appends a copy of borrowed bytes, for which there must be room.
    @inline(__always)
    mutating func append(copying source: Span<UInt8>) {
        precondition(source.count <= freeCapacity, "no room for the bytes")
        // Safety: there is room, so the copied bytes stay inside the buffer, and neither pointer leaves the closures.
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            unsafe source.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
                unsafe (to + count).initialize(from: from, count: source.count)
                count += source.count
            }
        }
    }

    /// Appends a constant, for which there must be room.
    @inline(__always)
    mutating func append(text: StaticString) {
        let length = text.utf8CodeUnitCount
        precondition(length <= freeCapacity, "no room for the text")
        // Safety: there is room, and the text is a constant of the program.
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            guard let to = buffer.baseAddress else { return }
            unsafe (to + count).initialize(from: text.utf8Start, count: length)
            count += length
        }
    }

    /// Appends a number in decimal digits, with its sign.
    @inline(__always)
    mutating func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: UInt64(number.magnitude))
    }

    /// Appends nanoseconds as milliseconds with three decimals; it takes twenty-four bytes at most.
    @inline(__always)
    mutating func append(milliseconds nanoseconds: UInt64) {
        let microseconds = nanoseconds / 1_000
        append(decimal: microseconds / 1_000)
        append(UInt8(ascii: "."))
        append(threeDigits: UInt32(truncatingIfNeeded: microseconds % 1_000))
    }

    /// Appends an amount with nine decimals; it takes thirty-one bytes at most.
    mutating func append(money: Money) {
        if money < .zero { append(UInt8(ascii: "-")) }
        let billionths = money.billionths.magnitude
        append(decimal: billionths / 1_000_000_000)
        append(UInt8(ascii: "."))
        let fraction = billionths % 1_000_000_000
        append(digit: UInt32(truncatingIfNeeded: fraction / 100_000_000))
        append(digits: fraction % 100_000_000, atLeast: 8)
    }

    /// Appends a number in decimal digits; it takes twenty at most.
    @inline(__always)
    mutating func append(decimal number: UInt64) {
        guard number >= 1_000 else { return append(small: UInt32(truncatingIfNeeded: number)) }
        guard number >= 100_000_000 else { return append(digits: number, atLeast: 1) }
        let upper = number / 100_000_000
        if upper >= 100_000_000 {
            append(digits: upper / 100_000_000, atLeast: 1)
            append(digits: upper % 100_000_000, atLeast: 8)
        } else {
            append(digits: upper, atLeast: 1)
        }
        append(digits: number % 100_000_000, atLeast: 8)
    }

    /// Appends a number below 1,000, as most are.
    @inline(__always)
    private mutating func append(small number: UInt32) {
        if number >= 100 { return append(threeDigits: number) }
        if number >= 10 { append(digit: number / 10) }
        append(digit: number % 10)
    }

    @inline(__always)
    private mutating func append(threeDigits number: UInt32) {
        append(digit: number / 100)
        append(digit: number / 10 % 10)
        append(digit: number % 10)
    }

    @inline(__always)
    private mutating func append(digit: UInt32) {
        append(0x30 &+ UInt8(truncatingIfNeeded: digit))
    }

    /// Appends a number below 10^8 with leading zeros. Its digits are gathered in one word, which the last one enters first.
    mutating func append(digits number: UInt64, atLeast width: Int) {
        var rest = number
        var digits: UInt64 = 0
        var left = width
        repeat {
            digits = digits << 8 | (0x30 &+ rest % 10)
            rest /= 10
            left &-= 1
        } while rest > 0 || left > 0
        while digits != 0 {
            append(UInt8(truncatingIfNeeded: digits))
            digits >>= 8
        }
    }
}
