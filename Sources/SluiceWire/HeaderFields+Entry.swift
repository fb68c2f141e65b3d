extension HeaderFields {
    /// Where one field stands in the arena, and what its name is.
    struct Entry: Sendable {
        /// Where its line begins.
        var start: Int
        /// The bytes in front of the line: length of the name (16 bits), code (8), flags (8), length of the value (32).
        var word: UInt64

        static let size = 8
        private static let underscore: UInt64 = 1 << 24

        @inline(__always)
        init(start: Int, word: UInt64) {
            self.start = start
            self.word = word
        }

        @inline(__always)
        static func word(
            _ known: KnownName, nameLength: Int, hasUnderscore: Bool, valueLength: Int
        ) -> UInt64 {
            UInt64(truncatingIfNeeded: nameLength) | UInt64(known.rawValue) << 16
                | (hasUnderscore ? underscore : 0) | UInt64(truncatingIfNeeded: valueLength) << 32
        }

        var nameLength: Int { Int(word & 0xFFFF) }
        /// The raw value of its ``KnownName``.
        var code: UInt8 { UInt8(truncatingIfNeeded: word >> 16) }
        /// Whether some servers could take the name for another one.
        var hasUnderscore: Bool { word & Self.underscore != 0 }
        var valueLength: Int { Int(word >> 32) }

        var name: Range<Int> { start..<start &+ nameLength }
        var value: Range<Int> {
            let begin = start &+ nameLength &+ 2
            return begin..<begin &+ valueLength
        }
        /// The word and the line.
        var whole: Range<Int> { start &- Self.size..<line.upperBound }
        var line: Range<Int> { start..<start &+ nameLength &+ valueLength &+ 4 }
    }

    /// Goes through the shown fields in order.
    struct Cursor {
        private var offset = 0
        private var hidden: UInt64
        /// The number of the next field, hidden ones included.
        private(set) var index = 0

        @inline(__always)
        init(_ fields: borrowing HeaderFields) { hidden = fields.hidden }

        /// - Parameter arena: the fields' arena, the same each time.
        @inline(__always)
        mutating func next(_ arena: Span<UInt8>) -> Entry? {
            while offset < arena.count {
                // Safety: an entry's word stands at each offset that an entry's line ends at, by the arena's invariant.
                let word = unsafe arena.bytes.unsafeLoadUnaligned(
                    fromUncheckedByteOffset: offset, as: UInt64.self)
                let entry = Entry(start: offset &+ Entry.size, word: word)
                let isShown = hidden & 1 == 0
                offset = entry.line.upperBound
                hidden >>= 1
                index &+= 1
                if isShown { return entry }
            }
            return nil
        }
    }
}
