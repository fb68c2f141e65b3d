/// The header fields of a message, in order.
///
/// All fields stand in one array of bytes, already spelled as they are sent, with names in lower
/// case: `name: value` and a line end. In front of each line are eight bytes that say which name it
/// is and how long its parts are. So a value of this type is one allocation, parsing copies each
/// line once, and writing a field on is one copy.
///
/// Removing a field or filtering by a policy only hides what is left out, so neither copies the
/// lines: a copy that shows less shares the array with its original.
public struct HeaderFields: Sendable {
    /// Invariant: for each field the word of its ``Entry`` and its line, and nothing else.
    var arena: [UInt8]
    /// The names that shown fields have, by ``KnownName/bit``; the bit of `other` may outlive them.
    var known: UInt64
    /// A bit for each of the first 64 fields that is not shown. Later ones are always shown.
    var hidden: UInt64
    /// Fields in the arena, hidden ones included.
    var total: Int

    /// How many fields can be hidden.
    static let hideable = 64

    /// No fields.
    public init() {
        arena = []
        known = 0
        hidden = 0
        total = 0
    }

    /// Number of fields; a name that stands twice counts twice.
    public var count: Int { total - hidden.nonzeroBitCount }

    /// Whether there are no fields.
    public var isEmpty: Bool { count == 0 }

    /// The bytes that `writeFields(into:)` appends.
    public var byteCount: Int {
        guard hidden != 0 else { return arena.count - total * Entry.size }
        var (cursor, sum) = (Cursor(self), 0)
        while let entry = cursor.next(arena.span) { sum += entry.line.count }
        return sum
    }

    /// Names (in lower case) and values in order, for logs and tests.
    public var pairs: [(name: String, value: String)] {
        shown.map { (text($0.name), text($0.value)) }
    }

    /// Where each shown field stands, for what is not done for each message.
    var shown: [Entry] {
        var (cursor, entries) = (Cursor(self), [Entry]())
        while let entry = cursor.next(arena.span) { entries.append(entry) }
        return entries
    }

    func text(_ range: Range<Int>) -> String { String(copying: range, of: arena.span) }

    @inline(__always)
    func isNamed(_ entry: Entry, _ name: HeaderName) -> Bool {
        guard entry.code == name.known.rawValue else { return false }
        return name.known != .other || isSpelled(entry, name)
    }

    private func isSpelled(_ entry: Entry, _ name: HeaderName) -> Bool {
        name.withBytes { entry.nameLength == $0.count && arena.span.holds($0, at: entry.start) }
    }
}

extension HeaderFields: Equatable {
    /// Whether the same fields are shown in the same order.
    public static func == (left: HeaderFields, right: HeaderFields) -> Bool {
        guard left.count == right.count else { return false }
        var (mine, theirs) = (Cursor(left), Cursor(right))
        while let entry = mine.next(left.arena.span), let other = theirs.next(right.arena.span) {
            let line = left.arena.span.extracting(entry.line)
            guard entry.word == other.word, right.arena.span.holds(line, at: other.start) else {
                return false
            }
        }
        return true
    }
}
