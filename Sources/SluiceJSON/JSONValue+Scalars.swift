internal import CSluiceJSON

extension JSONValue {
    /// The text of a string with its escapes decoded; `nil` for other kinds. A lone surrogate reads
    /// as U+FFFD.
    public var string: String? {
        entry.isString ? document.text(of: entry) : nil
    }

    /// The bytes between the quotes of a string without escapes: its text in UTF-8, not copied.
    /// `nil` for other kinds and for strings with escapes.
    public var plainStringBytes: ArraySlice<UInt8>? {
        guard entry.isString, !entry.isEscaped else { return nil }
        return document.bytes[entry.inside]
    }

    /// Whether the value is a string that says `text`. Allocates only if the string has escapes.
    public func isString(_ text: String) -> Bool {
        entry.isString && document.matches(index, text)
    }

    /// A number that is whole and fits; `nil` otherwise. `1e3` and `5.0` are whole.
    public var int: Int? {
        guard entry.isInteger else { return double.flatMap { Int(exactly: $0) } }
        var text = rawBytes
        let negative = text.first == UInt8(ascii: "-")
        if negative { text = text.dropFirst() }
        var number = 0
        for digit in text {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let step = Int(digit &- UInt8(ascii: "0"))
            let (next, overrun) =
                negative
                ? product.subtractingReportingOverflow(step)
                : product.addingReportingOverflow(step)
            guard !overflow, !overrun else { return nil }
            number = next
        }
        return number
    }

    /// A number as the nearest double; `nil` for other kinds and for numbers beyond the range of a
    /// double.
    public var double: Double? {
        guard entry.isNumber else { return nil }
        let number = Double(String(decoding: rawBytes, as: UTF8.self))
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// A boolean; `nil` for other kinds.
    public var bool: Bool? {
        kind == .bool ? entry.isTrue : nil
    }
}
