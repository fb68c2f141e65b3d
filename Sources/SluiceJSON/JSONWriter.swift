/// Writes JSON: commas, escapes and nesting are its affair.
///
/// Inside `object` write a `key` before each value, or use `member`. Outside brackets write one
/// value.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.object {
///     $0.member("object", "list")
///     $0.key("data")
///     $0.array { for name in names { $0.string(name) } }
/// }
/// ```
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]

    private var needsComma = false

    /// Starts with nothing.
    ///
    /// - Parameter capacity: How many bytes to make room for.
    public init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Forgets what has been written but keeps the room, for the next text.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Writes an object.
    ///
    /// - Parameter members: Writes keys and values in turn.
    public mutating func object<Failure>(
        _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        begin(UInt8(ascii: "{"))
        try members(&self)
        end(UInt8(ascii: "}"))
    }

    /// Writes an array.
    ///
    /// - Parameter elements: Writes the values.
    public mutating func array<Failure>(
        _ elements: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        begin(UInt8(ascii: "["))
        try elements(&self)
        end(UInt8(ascii: "]"))
    }

    /// Writes a member's name; its value has to follow.
    public mutating func key(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member.
    public mutating func member(_ name: String, _ literal: JSONLiteral) {
        key(name)
        value(literal)
    }

    /// Writes a string. Quotes, backslashes and control characters are escaped; all else stays
    /// UTF-8.
    public mutating func string(_ text: String) {
        separate()
        appendQuoted(text)
    }

    /// Writes a string of bytes that may not be UTF-8; what is not becomes U+FFFD.
    public mutating func string(repairing text: some Collection<UInt8>) {
        string(String(decoding: text, as: UTF8.self))
    }

    /// Writes an integer.
    public mutating func int(_ number: Int) {
        append(String(number))
    }

    /// Writes a number as the shortest decimal that reads back the same; infinities and NaN as
    /// `null`.
    public mutating func double(_ number: Double) {
        append(number.isFinite ? number.description : "null")
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        append(value ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() {
        append("null")
    }

    /// Writes a value that is spelled already. It is checked; what is not one JSON value is written
    /// as `null`.
    public mutating func raw(_ text: [UInt8]) {
        value(JSONDocument(written: text).root)
    }

    /// Writes a value of a document as it is spelled there.
    public mutating func value(_ value: JSONValue) {
        separate()
        bytes.append(contentsOf: value.rawBytes)
    }

    /// Writes a literal.
    public mutating func value(_ literal: JSONLiteral) {
        switch literal {
        case .string(let text): string(text)
        case .int(let number): int(number)
        case .double(let number): double(number)
        case .bool(let truth): bool(truth)
        case .null: null()
        case .array(let elements): array { for element in elements { $0.value(element) } }
        case .object(let members):
            object { for (name, value) in members { $0.member(name, value) } }
        case .raw(let text): raw(text)
        case .value(let view): value(view)
        }
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func append(_ token: String) {
        separate()
        bytes.append(contentsOf: token.utf8)
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}
