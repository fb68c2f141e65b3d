/// The header fields of a message, in order.
///
/// All fields stand in one array of bytes, already spelled as they are sent, with names in lower
/// case: `name: value` and a line end. A table beside it says where each begins and what the
/// name's hash is. So parsing copies each line once, and writing a field on is one copy.
public struct HeaderFields: Sendable, Equatable {
    /// Invariant: the fields' lines, one after another, and nothing else.
    var arena: [UInt8]
    /// Invariant: in the order of the arena.
    var entries: [Entry]

    /// Where one field stands in the arena.
    struct Entry: Sendable, Equatable {
        var start: UInt32
        var valueLength: UInt32
        var hash: UInt32
        var nameLength: UInt16
        /// Whether some servers could take the name for another one.
        var hasUnderscore: Bool

        var name: Range<Int> { Int(start)..<Int(start) + Int(nameLength) }
        var value: Range<Int> {
            let begin = Int(start) + Int(nameLength) + 2
            return begin..<begin + Int(valueLength)
        }
        var line: Range<Int> { Int(start)..<value.upperBound + 2 }
    }

    /// No fields.
    public init() {
        arena = []
        entries = []
    }

    /// Number of fields; a name that stands twice counts twice.
    public var count: Int { entries.count }

    /// Whether there are no fields.
    public var isEmpty: Bool { entries.isEmpty }

    /// The bytes that `writeFields(into:)` appends.
    public var byteCount: Int { arena.count }

    /// Names (in lower case) and values in order, for logs and tests.
    public var pairs: [(name: String, value: String)] {
        entries.map { (text($0.name), text($0.value)) }
    }

    func text(_ range: Range<Int>) -> String { String(decoding: arena[range], as: UTF8.self) }

    func isNamed(_ entry: Entry, _ name: HeaderName) -> Bool {
        guard entry.hash == name.hash, Int(entry.nameLength) == name.bytes.count else {
            return false
        }
        return arena.span.holds(name.bytes.span, at: Int(entry.start))
    }
}
