/// Finds the token that a whole piece is. Most pieces of prose and code are one.
///
/// Tokens of at most eight bytes are compared as one word that stands in the slot; longer ones by a part of their hash, and
/// then byte by byte.
struct PieceTable: Sendable {
    let short: Table<ShortPiece>
    /// Twelve bits of the hash and the id; ``Token/none`` where a slot is empty.
    let long: Table<UInt32>
    /// Longer tokens are found by splitting alone; merging makes all of them.
    let longest: Int

    /// The id of the token of these bytes, of which there is at least one, or ``Token/none``.
    @inline(__always)
    func id(of text: Text, from start: Int, to end: Int, in list: TokenList) -> UInt32 {
        let length = end &- start
        return length <= 8
            ? id(of: text.word(at: start, length: length), length: length)
            : longID(of: text, from: start, length: length, in: list)
    }

    @inline(__always)
    private func id(of word: UInt64, length: Int) -> UInt32 {
        // A third of the slots is empty, so one of them ends the search.
        var slot = Hash.slot(Hash.mix(word), of: short.count)
        while true {
            let piece = short[slot]
            if piece.word == word, piece.length == length { return piece.id }
            if piece.length == 0 { return Token.none }
            slot = (slot &+ 1) & (short.count &- 1)
        }
    }

    private func longID(of text: Text, from start: Int, length: Int, in list: TokenList) -> UInt32 {
        guard length <= longest else { return Token.none }
        let hash = Hash.of(text, from: start, length: length)
        var slot = Hash.slot(hash, of: long.count)
        while true {
            let entry = long[slot]
            if entry == Token.none { return Token.none }
            let id = entry & 0xF_FFFF
            if entry == Self.entry(hash, id), list.has(id, in: text, from: start, length: length) {
                return id
            }
            slot = (slot &+ 1) & (long.count &- 1)
        }
    }

    @inline(__always)
    static func entry(_ hash: UInt64, _ id: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: hash) &<< 20 | id
    }
}
