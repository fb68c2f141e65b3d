internal import SluiceWire

/// Names of members as readers see them that do not look at the case of letters, such as those written in Go: `Messages` is `messages`.
extension Span<UInt8> {
    /// Calls with the name in small letters, where it is not written in them.
    ///
    /// - Returns: nil, without a call, for the names that nearly all clients send.
    func withFolded<Result>(_ body: (Span<UInt8>) -> Result) -> Result? {
        guard indices.contains(where: { isForeign(self[$0]) }) else { return nil }
        var bytes: [UInt8] = []
        bytes.append(copying: self)
        // Letters such as the long s are folded too.
        let folded = Array(String(decoding: bytes, as: UTF8.self).uppercased().lowercased().utf8)
        guard folded != bytes else { return nil }
        return body(folded.span)
    }

    private func isForeign(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    /// Whether a name is this one to such a reader.
    func isFoldedWord(_ word: StaticString) -> Bool {
        isWord(word) || withFolded { $0.isWord(word) } == true
    }
}
