/// Finds the data of a body among the bytes received. It keeps no bytes, only its place.
///
/// ```swift
/// var offset = 0
/// reading: while true {
///     switch decoder.next(bytes, from: offset) {
///     case .data(let range): use(bytes.extracting(range)); offset = range.upperBound
///     case .needMore: break reading
///     case .end(let end): offset = end; break reading
///     case .refused(let refusal): throw refusal
///     }
/// }
/// ```
///
/// Trailers are read, bounded and dropped. A refusal has status 400; for an upstream's body take
/// ``Refusal/asBadGateway``.
public struct BodyDecoder: Sendable {
    private var state: State
    /// Stands apart from the state, so that it is changed in place.
    private var chunks: ChunkDecoder

    private enum State: Sendable {
        case length(UInt64)
        case chunked
        case untilClose
        case ended
    }

    /// A decoder for one body.
    public init(_ framing: BodyFraming, limits: ChunkLimits = .standard) {
        chunks = ChunkDecoder(limits: limits)
        switch framing {
        case .none, .length(0): state = .ended
        case .length(let length): state = .length(length)
        case .chunked: state = .chunked
        case .untilClose: state = .untilClose
        }
    }

    /// Whether the end of the body has been seen.
    public var isComplete: Bool {
        if case .ended = state { true } else { false }
    }

    /// How many bytes of data are still to come, if that is known: all for a length, none after
    /// the end.
    public var remaining: UInt64? {
        switch state {
        case .length(let length): length
        case .ended: 0
        case .chunked, .untilClose: nil
        }
    }

    /// The next piece of the body.
    ///
    /// - Parameters:
    ///   - bytes: what was received; nothing in it is kept.
    ///   - offset: where to go on: 0 for new bytes, or the end of the last `data` range.
    public mutating func next(_ bytes: Span<UInt8>, from offset: Int) -> BodyStep {
        switch state {
        case .ended:
            return .end(offset: offset)
        case .untilClose:
            return offset < bytes.count ? .data(offset..<bytes.count) : .needMore
        case .length(let length):
            guard offset < bytes.count else { return .needMore }
            let size = Int(min(length, UInt64(bytes.count - offset)))
            state = length == UInt64(size) ? .ended : .length(length - UInt64(size))
            return .data(offset..<offset + size)
        case .chunked:
            let step = chunks.next(bytes, from: offset)
            if case .end = step { state = .ended }
            return step
        }
    }

    /// Counts data of a body of known length that went past the decoder.
    ///
    /// - Parameter count: not more than ``remaining``.
    public mutating func skip(_ count: Int) {
        guard case .length(let length) = state else { return }
        state = length > UInt64(count) ? .length(length - UInt64(count)) : .ended
    }

    /// Tells that the connection ended.
    ///
    /// - Returns: whether the body is whole: a body with a length or chunks must have ended before.
    public mutating func finishAtClose() -> Bool {
        if case .untilClose = state { state = .ended }
        return isComplete
    }
}
