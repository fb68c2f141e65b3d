extension UnusableTokenizer {
    /// The bytes are no model of SentencePiece, for this reason.
    static func model(_ reason: String) -> UnusableTokenizer {
        UnusableTokenizer("is no model of SentencePiece: \(reason)")
    }
}
