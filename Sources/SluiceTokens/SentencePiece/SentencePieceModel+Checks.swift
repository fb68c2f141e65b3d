extension SentencePieceModel {
    /// The longest text of a piece in bytes, as in SentencePiece.
    private static let longest = 8000

    /// Refuses what SentencePiece refuses too.
    ///
    /// - Returns: the id of the unknown token, and those of the 256 bytes, which are none without byte fallback.
    func checked() throws(UnusableTokenizer) -> (unknown: UInt32, bytes: [UInt32]) {
        var unknown: UInt32?
        var byteIDs = [UInt32?](repeating: nil, count: 256)
        var isText = false
        for (index, entry) in entries.enumerated() {
            let text = bytes[entry.place]
            guard !text.isEmpty, text.count < Self.longest, !text.contains(0),
                String(validating: text, as: UTF8.self) != nil
            else { throw .model("the text of piece \(index) cannot be one") }
            guard entry.score.isFinite else {
                throw .model("the score of piece \(index) is no number")
            }
            isText = isText || entry.isText
            if entry.kind == .unknown {
                guard unknown == nil else { throw .model("two pieces are the unknown one") }
                unknown = UInt32(index)
            } else if entry.kind == .byte {
                guard let byte = Self.byte(text) else {
                    throw .model("piece \(index) is no byte")
                }
                byteIDs[Int(byte)] = UInt32(index)
            }
        }
        guard let unknown else { throw .model("no piece is the unknown one") }
        guard isText else { throw .model("no piece is of text") }
        let found = byteIDs.compactMap { $0 }
        guard hasByteFallback || found.isEmpty else {
            throw .model("pieces are bytes, but it has no byte fallback")
        }
        guard !hasByteFallback || found.count == 256 else {
            throw .model("only \(found.count) of 256 bytes are pieces")
        }
        return (unknown, found)
    }

    /// What `<0x0A>` stands for.
    private static func byte(_ text: ArraySlice<UInt8>) -> UInt8? {
        guard text.count == 6, text.starts(with: Array("<0x".utf8)), text.last == UInt8(ascii: ">")
        else { return nil }
        return UInt8(String(decoding: text.dropFirst(3).dropLast(), as: UTF8.self), radix: 16)
    }
}
