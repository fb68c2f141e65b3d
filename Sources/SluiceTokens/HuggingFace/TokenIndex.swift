/// The tokens of a file in its order, found by their bytes, whatever their length.
struct TokenIndex: Sendable {
    /// Of all tokens, one after another.
    let bytes: Table<UInt8>
    /// Where the bytes of a token begin, and at last where all end.
    let starts: Table<UInt32>
    /// Short tokens stand in their slots; of others the hash does, and their bytes are compared.
    private let slots: Table<ShortPiece>

    /// - Parameters:
    ///   - bytes: those of all tokens; not empty.
    ///   - starts: one more than there are tokens.
    /// - Throws: ``UnusableTokenizer`` if two are equal.
    init(bytes: [UInt8], starts: [UInt32]) throws {
        self.bytes = Table(copying: bytes)
        self.starts = Table(copying: starts)
        let empty = ShortPiece(word: 0, id: Token.none, length: 0)
        var slots = TableBuilder(repeating: empty, count: Hash.slots(for: starts.count))
        let text = self.bytes.text
        for token in 0..<starts.count - 1 {
            let (start, end) = (Int(starts[token]), Int(starts[token + 1]))
            guard start < end else { continue }
            let key = Self.key(text, from: start, to: end, token: UInt32(token))
            var slot = Self.slot(of: key, of: slots.count)
            while slots[slot].length != 0 {
                let other = slots[slot]
                if Self.isAlike(key, other),
                    Self.isEqual(
                        text, from: start, to: end, to: text,
                        from: Int(starts[Int(other.id)]))
                {
                    self.bytes.free()
                    self.starts.free()
                    throw UnusableTokenizer("has two tokens of the same bytes")
                }
                slot = (slot &+ 1) & (slots.count &- 1)
            }
            slots[slot] = key
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
        let key = Self.key(text, from: start, to: end, token: Token.none)
        var slot = Self.slot(of: key, of: slots.count)
        while true {
            let entry = slots[slot]
            if entry.length == 0 { return Token.none }
            if Self.isAlike(key, entry),
                Self.isEqual(
                    text, from: start, to: end, to: bytes.text, from: Int(starts[Int(entry.id)]))
            {
                return entry.id
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

    @inline(__always)
    private static func key(
        _ text: Text, from start: Int, to end: Int, token: UInt32
    ) -> ShortPiece {
        let length = end &- start
        let word =
            length > 8
            ? Hash.of(text, from: start, length: length) : text.word(at: start, length: length)
        return ShortPiece(word: word, id: token, length: UInt32(length))
    }

    @inline(__always)
    private static func slot(of key: ShortPiece, of count: Int) -> Int {
        Hash.slot(Hash.mix(key.word), of: count)
    }

    @inline(__always)
    private static func isAlike(_ one: ShortPiece, _ other: ShortPiece) -> Bool {
        one.word == other.word && one.length == other.length
    }

    /// Of tokens that are alike, so that short ones are equal.
    @inline(__always)
    private static func isEqual(
        _ text: Text, from start: Int, to end: Int, to other: Text, from place: Int
    ) -> Bool {
        let length = end &- start
        return length <= 8 || text.matches(other, at: place, from: start, length: length)
    }
}
