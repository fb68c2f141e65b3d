/// What the chunked coding may cost beside its data. A body that reaches a limit is accepted.
public struct ChunkLimits: Sendable, Equatable {
    /// Bytes after one chunk's size, semicolon included, up to its line end.
    public var chunkExtension: Int
    /// The same for all chunks of a body together.
    public var bodyExtensions: Int
    /// Bytes of all trailer lines with their line ends.
    public var trailers: Int
    /// Digits of a chunk size, leading zeros included.
    public var sizeDigits: Int

    /// Limits; each has the standard value unless given.
    public init(
        chunkExtension: Int = 256, bodyExtensions: Int = 16 << 10, trailers: Int = 16 << 10,
        sizeDigits: Int = 16
    ) {
        self.chunkExtension = chunkExtension
        self.bodyExtensions = bodyExtensions
        self.trailers = trailers
        self.sizeDigits = sizeDigits
    }

    /// 256 bytes of extension a chunk, 16 KiB a body, 16 KiB of trailers, 16 digits.
    public static let standard = ChunkLimits()
}
