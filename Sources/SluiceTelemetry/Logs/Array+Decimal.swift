internal import SluiceCore

extension [UInt8] {
    /// Appends a number in decimal digits, without the string that `description` would make.
    ///
    /// - Parameters:
    ///   - number: the number.
    ///   - front: what is appended before it.
    mutating func append(decimal number: Int, after front: [UInt8] = []) {
        append(addingCapacity: front.count + 20) { out in
            out.append(copying: front.span)
            out.append(decimal: number)
        }
    }

    /// Appends nanoseconds as milliseconds with three decimals.
    ///
    /// - Parameters:
    ///   - nanoseconds: the time.
    ///   - front: what is appended before it.
    mutating func append(milliseconds nanoseconds: UInt64, after front: [UInt8] = []) {
        append(addingCapacity: front.count + 24) { out in
            out.append(copying: front.span)
            out.append(milliseconds: nanoseconds)
        }
    }

    /// Appends an amount of money with nine decimals.
    ///
    /// - Parameters:
    ///   - money: the amount.
    ///   - front: what is appended before it.
    mutating func append(money: Money, after front: [UInt8] = []) {
        append(addingCapacity: front.count + 31) { out in
            out.append(copying: front.span)
            out.append(money: money)
        }
    }
}
