/// Reads response heads of an upstream, as they arrive. Every refusal has status 502.
///
/// It works like ``RequestHeadParser``. Interim responses (1xx) are returned like others; 101 is
/// refused, because no upgrade is ever asked for. The reason phrase may be empty, and so may be the
/// space before it, as some servers leave it out (RFC 9112 section 4).
public struct ResponseHeadParser: Sendable {
    private let limits: HeadLimits
    private var state = State()

    private struct State: Sendable {
        var lines = HeadLines()
        var first: StatusLine?
        var emptyLines = 0
        var lineCount = 0
        var fields = HeaderFields()
        var framing = FramingFields()
        var refusal: Refusal?
    }

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
            guard let end = try advance(bytes) else { return .incomplete }
            let head = try makeHead(toHEAD: toHEAD)
            state = State()
            return .complete(head, consumed: end)
        } catch {
            state.refusal = error.asBadGateway
            return .refused(error.asBadGateway)
        }
    }

    /// Whichever fault comes first is told, however much came at once: see ``RequestHeadParser``.
    private mutating func advance(_ received: Span<UInt8>) throws(Refusal) -> Int? {
        let bytes = received.extracting(0..<min(received.count, limits.total))
        while let line = try nextLine(bytes) {
            if state.first == nil {
                try takeFirst(bytes, line)
            } else if line.isEmpty {
                return state.lines.lineStart
            } else {
                try takeField(bytes, line)
            }
        }
        try checkPartial(bytes)
        guard bytes.count < limits.total else { throw Refusal(.headTooLong) }
        return nil
    }

    private mutating func nextLine(_ bytes: Span<UInt8>) throws(Refusal) -> Range<Int>? {
        do throws(Refusal) {
            return try state.lines.next(bytes)
        } catch {
            try checkPartial(bytes)
            throw error
        }
    }

    private func checkPartial(_ bytes: Span<UInt8>) throws(Refusal) {
        let partial = state.lines.partial
        if state.first == nil { try StatusLine.checkPartial(bytes, partial) }
        guard partial.count <= limits.headerLine else { throw Refusal(.fieldTooLong) }
    }

    private mutating func takeFirst(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(Refusal) {
        if line.isEmpty, state.emptyLines < HeadLimits.emptyLines {
            state.emptyLines += 1
            return
        }
        try StatusLine.checkPartial(bytes, line)
        guard line.count <= limits.headerLine else { throw Refusal(.fieldTooLong) }
        state.first = try StatusLine(bytes, line)
        state.fields.reserve(
            bytes: min(bytes.count - line.upperBound, limits.total) + 64, fields: 16)
    }

    private mutating func takeField(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(Refusal) {
        guard line.count <= limits.headerLine else { throw Refusal(.fieldTooLong) }
        state.lineCount += 1
        guard state.lineCount <= limits.headerCount else { throw Refusal(.tooManyFields) }
        if let field = try state.fields.take(bytes, line, dropsUnderscores: false) {
            try state.framing.note(field, in: bytes, isRequest: false)
        }
    }

    private func makeHead(toHEAD: Bool) throws(Refusal) -> ResponseHead {
        guard let first = state.first else { throw Refusal(.statusLine) }
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
