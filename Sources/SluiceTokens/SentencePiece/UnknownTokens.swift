/// What becomes of characters that no piece has.
struct UnknownTokens: Sendable {
    let id: UInt32
    /// The tokens of the 256 bytes; none, if all that is unknown is one token.
    let bytes: [UInt32]

    /// Whether tokens that are unknown and stand side by side become one.
    var areOne: Bool { bytes.isEmpty }

    func add(
        _ text: Text, _ place: Range<Int>, to tokens: inout PieceScratch, _ count: inout Int
    ) {
        guard !bytes.isEmpty else {
            tokens[count] = id
            count &+= 1
            return
        }
        for offset in place {
            tokens[count] = bytes[Int(text[offset])]
            count &+= 1
        }
    }
}
