/// All tokens by their ids.
struct TokenList: Sendable {
    let tokens: Table<Token>
    /// The bytes of all tokens, one after another.
    let bytes: Table<UInt8>

    @inline(__always)
    subscript(id: UInt32) -> Token { tokens[Int(id)] }

    /// Whether a text of that length, more than eight bytes, is the token.
    @inline(__always)
    func has(_ id: UInt32, in text: Text, from start: Int, length: Int) -> Bool {
        let token = self[id]
        return token.length == length
            && text.matches(bytes.text, at: token.start, from: start, length: length)
    }
}
