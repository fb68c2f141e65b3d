/// The tokens of a file in its order, found by their bytes, whatever their length.
struct TokenIndex: Sendable {
    /// Of all tokens, one after another.
    let bytes: Table<UInt8>
    /// Where the bytes of a token begin, and at last where all end.
    let starts: Table<UInt32>
    private let slots: Table<UInt32>

    /// - Parameters:
    ///   - bytes: those of all tokens; not empty.
    ///   - starts: one more than there are tokens.
    /// - Throws: ``UnusableTokenizer`` if two are equal.
    init(bytes: [UInt8], starts: [UInt32]) throws {
        self.bytes = Table(copying: bytes)
        self.starts = Table(copying: starts)
        var slots = TableBuilder(
            repeating: Token.none, count: Hash.slots(for: starts.count))
        let text = self.bytes.text
        for token in 0..<starts.count - 1 {
            let (start, end) = (Int(starts[token]), Int(starts[token + 1]))
            guard start < end else { continue }
            var slot = Self.slot(of: text, from: start, to: end, of: slots.count)
            while slots[slot] != Token.none {
                let other = Int(slots[slot])
                if Self.isEqual(
                    text, from: start, to: end, to: text, from: Int(starts[other]),
                    to: Int(starts[other + 1]))
                {
                    self.bytes.free()
                    self.starts.free()
                    throw UnusableTokenizer("has two tokens of the same bytes")
                }
                slot = (slot &+ 1) & (slots.count &- 1)
            }
            slots[slot] = UInt32(token)
        }
        self.slots = slots.finish()
    }

    var count: Int { starts.count - 1 }

    @inline(__always)
    func range(_ token: UInt32) -> Range<Int> {
        Int(starts[Int(token)])..<Int(starts[Int(token) &+ 1])
    }

    /// The token of these bytes, or ``Token/none``.
    func token(_ text: Text, from start: Int, to end: Int) -> UInt32 {
        guard start < end else { return Token.none }
        var slot = Self.slot(of: text, from: start, to: end, of: slots.count)
        while true {
            let token = slots[slot]
            if token == Token.none { return Token.none }
            let range = range(token)
            if Self.isEqual(
                text, from: start, to: end, to: bytes.text, from: range.lowerBound,
                to: range.upperBound)
            {
                return token
            }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
    }

    /// Gives the memory back; nothing may be asked after that.
    func free() {
        bytes.free()
        starts.free()
        slots.free()
    }

    private static func slot(of text: Text, from start: Int, to end: Int, of count: Int) -> Int {
        let length = end &- start
        let hash =
            length > 8
            ? Hash.of(text, from: start, length: length)
            : Hash.mix(text.word(at: start, length: length))
        return Hash.slot(hash, of: count)
    }

    private static func isEqual(
        _ text: Text, from start: Int, to end: Int,
        to other: Text, from place: Int, to placeEnd: Int
    ) -> Bool {
        let length = end &- start
        guard placeEnd &- place == length else { return false }
        return length > 8
            ? text.matches(other, at: place, from: start, length: length)
            : text.word(at: start, length: length) == other.word(at: place, length: length)
    }
}
