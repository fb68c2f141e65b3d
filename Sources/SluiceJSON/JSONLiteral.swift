/// A value to put into a document. Swift literals will do: `document.set("stop", to: ["\n", nil,
/// 5])`.
public enum JSONLiteral: Sendable {
    /// Text, escaped where it must be.
    case string(String)
    /// A whole number.
    case int(Int)
    /// Written as the shortest decimal that reads back the same; infinities and NaN, which JSON
    /// lacks, as `null`.
    case double(Double)
    /// `true` or `false`.
    case bool(Bool)
    /// `null`.
    case null
    /// Elements in this order.
    case array([JSONLiteral])
    /// Members in this order.
    case object([(String, JSONLiteral)])
    /// A value that is spelled already. What is not one JSON value is written as `null`, so that
    /// nothing can break out of its place.
    case raw([UInt8])
    /// A value of some document, as it is spelled there.
    case value(JSONValue)
}

extension JSONLiteral: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// Makes a string.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension JSONLiteral: ExpressibleByIntegerLiteral {
    /// Makes a whole number.
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension JSONLiteral: ExpressibleByFloatLiteral {
    /// Makes a number.
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension JSONLiteral: ExpressibleByBooleanLiteral {
    /// Makes `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONLiteral: ExpressibleByNilLiteral {
    /// Makes `null`.
    public init(nilLiteral: ()) { self = .null }
}

extension JSONLiteral: ExpressibleByArrayLiteral {
    /// Makes an array.
    public init(arrayLiteral elements: JSONLiteral...) { self = .array(elements) }
}

extension JSONLiteral: ExpressibleByDictionaryLiteral {
    /// Makes an object whose members keep their order.
    public init(dictionaryLiteral elements: (String, JSONLiteral)...) { self = .object(elements) }
}
