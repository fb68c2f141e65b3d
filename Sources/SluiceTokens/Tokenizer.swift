/// Splits text into the tokens of one vocabulary. Values are shared by all loops and cost nothing to hand on.
public protocol Tokenizer: Sendable {
    /// As in `tokenizer` of the configuration and in answers: `o200k_base`.
    var name: String { get }
    /// False for an estimate.
    var isExact: Bool { get }
    /// Whether no text has more tokens than bytes. A tokenizer that rewrites text before it splits it need not keep to that.
    var isWithinBytes: Bool { get }
    /// Whether some texts take long for their length: a second for some kilobytes.
    var mayBeSlow: Bool { get }
    /// How many tokens UTF-8 text has, special tokens taken for ordinary text.
    func count(_ text: Span<UInt8>) -> Int
    /// Appends the token ids of UTF-8 text; an estimate appends none.
    func encode(_ text: Span<UInt8>, into ids: inout [UInt32])
}

extension Tokenizer {
    public var isWithinBytes: Bool { false }
    public var mayBeSlow: Bool { false }

    /// How many tokens `text` has, special tokens taken for ordinary text.
    public func count(_ text: String) -> Int { count(text.utf8.span) }
}
