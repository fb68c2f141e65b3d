/// A value to put into a document. Swift literals will do: `document.set("stop", to: ["\n", nil, 5])`.
public enum JSONLiteral: Sendable {
    case string(String)
    case int(Int)
    /// Written as the shortest decimal that reads back the same; infinities and NaN, which JSON lacks, as `null`.
    case double(Double)
    case bool(Bool)
    case null
    case array([JSONLiteral])
    /// Members in this order.
    case object([(String, JSONLiteral)])
    /// A value that is spelled already. What is not one JSON value is written as `null`, so that nothing can break
    /// out of its place.
    case raw([UInt8])
    /// A value of some document, as it is spelled there.
    case value(JSONValue)
}

extension JSONLiteral: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self = .string(value) }
}

extension JSONLiteral: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension JSONLiteral: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension JSONLiteral: ExpressibleByBooleanLiteral {
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONLiteral: ExpressibleByNilLiteral {
    public init(nilLiteral: ()) { self = .null }
}

extension JSONLiteral: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: JSONLiteral...) { self = .array(elements) }
}

extension JSONLiteral: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONLiteral)...) { self = .object(elements) }
}
