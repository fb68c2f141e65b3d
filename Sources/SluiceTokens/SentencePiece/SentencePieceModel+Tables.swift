extension SentencePieceModel {
    /// The pieces that are found in a text before all others.
    func userDefinedPieces() throws(UnusableTokenizer) -> PieceTrie {
        let pieces = entries.enumerated().filter { $1.kind == .userDefined }
        return try PieceTrie(pieces.map { ($1.place, UInt32($0)) }, of: bytes)
    }

    /// Which characters stand side by side in pieces.
    var characterPairs: CharacterPairs {
        var pairs = CharacterPairs(4 * entries.count)
        for entry in entries where entry.isText {
            var last: UInt32?
            bytes.forEachCharacter(in: entry.place) { character, _ in
                if let last { pairs.add(last, character) }
                last = character
            }
        }
        return pairs
    }
}
