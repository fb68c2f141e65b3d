/// Reads response heads of an upstream, as they arrive. Every refusal has status 502.
///
/// It works like ``RequestHeadParser``. Interim responses (1xx) are returned like others; 101 is
/// refused, because no upgrade is ever asked for. The reason phrase may be empty, and so may be the
/// space before it, as some servers leave it out (RFC 9112 section 4).
public struct ResponseHeadParser: Sendable {
    private let limits: HeadLimits
    private var state = HeadReader()
    private var first: StatusLine?

    /// A parser for the responses of one connection.
    public init(limits: HeadLimits = .standard) {
        self.limits = limits
    }

    /// Looks at what arrived.
    ///
    /// - Parameters:
    ///   - bytes: everything received since the start of this message.
    ///   - toHEAD: whether it answers a HEAD request and so has no body.
    public mutating func parse(_ bytes: Span<UInt8>, toHEAD: Bool) -> HeadProgress<ResponseHead> {
        if let refusal = state.refusal { return .refused(refusal) }
        do throws(Refusal) {
            guard let end = try state.advance(bytes, limits, first: &first) else {
                return .incomplete
            }
            let head = try makeHead(toHEAD: toHEAD)
            state = HeadReader()
            first = nil
            return .complete(head, consumed: end)
        } catch {
            state.refusal = error.asBadGateway
            return .refused(error.asBadGateway)
        }
    }

    private func makeHead(toHEAD: Bool) throws(Refusal) -> ResponseHead {
        guard let first else { throw Refusal(.statusLine) }
        guard first.status != 101 else { throw Refusal(.unaskedSwitch) }
        let isChunked = try state.framing.isChunked(first.version)
        let hasBody = !toHEAD && first.status >= 200 && first.status != 204 && first.status != 304
        var keepAlive = state.framing.keepsAlive(first.version)
        let framing: BodyFraming
        if !hasBody {
            framing = .none
            // A 204 must not announce a body (RFC 9112 section 6.3). If it does, bytes may follow.
            let announces = isChunked || (state.framing.contentLength ?? 0) > 0
            if first.status == 204, announces { keepAlive = false }
        } else if isChunked {
            framing = .chunked
        } else if let length = state.framing.contentLength {
            framing = .length(length)
        } else {
            framing = .untilClose
            keepAlive = false
        }
        return ResponseHead(
            status: first.status, headers: state.fields, version: first.version, framing: framing,
            keepAlive: keepAlive)
    }
}
