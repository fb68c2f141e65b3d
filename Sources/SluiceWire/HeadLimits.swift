/// What a message head may measure at most. A head that reaches a limit is accepted; one byte or
/// one line more is refused.
public struct HeadLimits: Sendable, Equatable {
    /// Bytes of the request target; above it 414.
    public var target: Int
    /// Bytes of one header line without its line end; above it 431. A status line counts as one.
    public var headerLine: Int
    /// Number of header lines, dropped ones included; above it 431.
    public var headerCount: Int
    /// Bytes of the whole head, from its first byte to the end of the blank line; above it 431.
    public var total: Int

    /// Limits; each has the standard value unless given.
    public init(
        target: Int = 8 << 10, headerLine: Int = 16 << 10, headerCount: Int = 100,
        total: Int = 64 << 10
    ) {
        self.target = target
        self.headerLine = headerLine
        self.headerCount = headerCount
        self.total = total
    }

    /// 8 KiB of target, 16 KiB a line, 100 lines, 64 KiB in all.
    public static let standard = HeadLimits()

    /// Bytes of a request method. No registered method has more than 17.
    static let method = 32

    /// Empty lines before a message. Some clients end a body with one that is not part of it, and
    /// some with two.
    static let emptyLines = 2
}
