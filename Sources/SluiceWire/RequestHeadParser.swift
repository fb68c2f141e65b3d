/// Reads request heads, as they arrive.
///
/// The caller keeps all bytes of the message that is being received and passes them each time; the
/// parser remembers how far it looked. It refuses as early as the fault can be seen. Up to
/// two empty lines before a request are skipped (RFC 9112 section 2.2). After a complete head it is ready for the next
/// message; after a refusal it repeats the refusal.
///
/// What it accepts is stricter than RFC 9112: lines end in CRLF and nothing else, Content-Length
/// stands once and never beside Transfer-Encoding, which is `chunked` or refused. `Upgrade` is not
/// acted on.
public struct RequestHeadParser: Sendable {
    private let limits: HeadLimits
    private var state = HeadReader()
    private var first: RequestLine?
    /// The path of the request before; most connections ask for one again and again.
    private var lastPath = ""
    /// A longer path is not kept for the next request.
    private static let keptPath = 64

    /// A parser for the requests of one connection.
    public init(limits: HeadLimits = .standard) {
        self.limits = limits
    }

    /// Looks at what arrived.
    ///
    /// - Parameter bytes: everything received since the start of this message; more than the head
    ///   may be there.
    public mutating func parse(_ bytes: Span<UInt8>) -> HeadProgress<RequestHead> {
        parse(bytes) { _, _, _ in }
    }

    /// Looks at what arrived where a head begins, and knows the one that came last on the same connection.
    ///
    /// - Parameters:
    ///   - bytes: everything received since the start of this message.
    ///   - memory: the connection's; it keeps this head if it is whole.
    package mutating func parse(
        _ bytes: Span<UInt8>, recalling memory: inout HeadMemory
    ) -> HeadProgress<RequestHead> {
        if let known = memory.recall(bytes) { return .complete(known.head, consumed: known.end) }
        return parse(bytes) { memory.keep($0, bytes, end: $1, length: $2) }
    }

    /// - Parameter heard: is told of a whole head, its end, and where the digits of its Content-Length stand.
    private mutating func parse(
        _ bytes: Span<UInt8>, heard: (RequestHead, Int, Range<Int>?) -> Void
    ) -> HeadProgress<RequestHead> {
        if let refusal = state.refusal { return .refused(refusal) }
        do throws(Refusal) {
            guard let end = try state.advance(bytes, limits, first: &first) else {
                return .incomplete
            }
            let head = try makeHead(bytes)
            heard(head, end, state.framing.lengthDigits)
            state = HeadReader()
            first = nil
            return .complete(head, consumed: end)
        } catch {
            state.refusal = error
            return .refused(error)
        }
    }

    private mutating func makeHead(_ bytes: Span<UInt8>) throws(Refusal) -> RequestHead {
        guard let first else { throw Refusal(.requestLine) }
        let word = HTTPMethod.word(bytes, first.method)
        guard word != HTTPMethod.Word.connect else { throw Refusal(.connectMethod) }
        let isOptions = word == HTTPMethod.Word.options
        let target = try RequestTarget(bytes, first.target, isOptions: isOptions)
        try checkHost(bytes, target, first.version)
        let isChunked = try state.framing.isChunked(first.version)
        let parts = target.parts(bytes, isOptions: isOptions, last: lastPath)
        if parts.path.utf8.count <= Self.keptPath, parts.path != lastPath { lastPath = parts.path }
        return RequestHead(
            method: HTTPMethod(word, bytes, first.method), target: parts.target, path: parts.path,
            query: parts.query,
            version: first.version,
            headers: state.fields,
            framing: isChunked
                ? .chunked : state.framing.contentLength.map { .length($0) } ?? .none,
            keepAlive: state.framing.keepsAlive(first.version),
            // An HTTP/1.0 client cannot understand 100 (RFC 9110 section 10.1.1).
            expectsContinue: state.framing.expectsContinue && first.version == .http11)
    }

    /// HTTP/1.1 needs one Host; an absolute-form target must name the same one, so that nothing
    /// can be decided on one of two names (RFC 9112 section 3.2).
    private func checkHost(
        _ bytes: Span<UInt8>, _ target: RequestTarget, _ version: HTTPVersion
    ) throws(Refusal) {
        guard let host = state.framing.host else {
            guard version == .http10 else { throw Refusal(.hostMissing) }
            return
        }
        guard HostName.isValid(bytes, host) else { throw Refusal(.host) }
        guard let authority = target.authority else { return }
        guard authority.count == host.count else { throw Refusal(.hostMismatch) }
        for index in 0..<authority.count
        where Byte.lowercase(bytes[authority.lowerBound + index])
            != Byte.lowercase(bytes[host.lowerBound + index])
        {
            throw Refusal(.hostMismatch)
        }
    }
}
