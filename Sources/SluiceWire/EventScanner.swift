/// Finds where server-sent events end in a stream, without reading what they say.
///
/// Lines end in LF, CRLF or CR, mixed as the stream likes (WHATWG HTML, 9.2.5), and pieces may be cut
/// anywhere. A boundary is the offset just after a blank line. When a piece ends in a CR, an LF that
/// begins the next piece belongs to it; if the CR ended an event, the boundary moves behind that LF,
/// which is then reported as a boundary of its own.
///
/// Feed each piece once: either by ``lastBoundary(in:)``, or by ``nextBoundary(in:from:)`` until it
/// returns nil.
public struct EventScanner: Sendable {
    private let limit: Int
    /// Whether the current line has no bytes yet.
    private var isAtLineStart = true
    /// Whether the last byte seen was a CR, so that an LF would belong to it.
    private var followsReturn = false

    /// Bytes since the last boundary, or since the start of the stream.
    public private(set) var pendingBytes = 0

    /// A scanner for one stream.
    ///
    /// - Parameter limit: the bytes that one event may have, its blank line included.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Whether the event that is being received has more bytes than the limit.
    public var isOverLimit: Bool { pendingBytes > limit }

    /// Feeds a whole piece.
    ///
    /// - Returns: the offset just after the last event that ends in it, nil if none does.
    public mutating func lastBoundary(in bytes: Span<UInt8>) -> Int? {
        var last: Int?
        while let boundary = nextBoundary(in: bytes, from: last ?? 0) { last = boundary }
        return last
    }

    /// Feeds a piece up to the next boundary.
    ///
    /// - Parameters:
    ///   - bytes: the piece.
    ///   - start: 0 at first, then the boundary returned last.
    /// - Returns: the offset just after the next event that ends in the piece, nil if none does;
    ///   then all of the piece has been fed.
    public mutating func nextBoundary(in bytes: Span<UInt8>, from start: Int) -> Int? {
        var offset = start
        if followsReturn, offset < bytes.count {
            followsReturn = false
            if bytes[offset] == Byte.lineFeed {
                offset += 1
                if isAtLineStart, pendingBytes == 0 { return offset }
            }
        }
        while offset < bytes.count {
            let end = bytes.firstLineEnd(from: offset, to: bytes.count)
            guard end < bytes.count else {
                isAtLineStart = false
                break
            }
            let isBlank = isAtLineStart && end == offset
            isAtLineStart = true
            offset = end + 1
            if bytes[end] == Byte.carriageReturn {
                if offset == bytes.count {
                    followsReturn = true
                } else if bytes[offset] == Byte.lineFeed {
                    offset += 1
                }
            }
            if isBlank {
                pendingBytes = 0
                return offset
            }
        }
        pendingBytes += bytes.count - start
        return nil
    }
}
