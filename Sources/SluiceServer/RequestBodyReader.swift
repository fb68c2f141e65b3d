internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// Reads the body of one request: framing removed, bounded, and only as far as somebody asks for it.
final class RequestBodyReader: IncomingBody {
    private let framing: BodyFraming
    /// Lives longer: the connection lets go of its exchange, and so of this, at the exchange's end.
    private let connection: Connection
    private var decoder: BodyDecoder
    private var collected: [UInt8] = []
    private var refusal: Refusal?
    /// Why no more is read, for a reason outside the body.
    private var failure: ProxyError?
    private var mustContinue: Bool
    private(set) var isComplete: Bool
    /// More came, or was announced, than is accepted.
    private var isTooLarge = false
    /// Whether another request may follow on the connection.
    var isDone: Bool { isComplete && !isTooLarge }
    /// Whether ``take(_:)`` changed something since it was last looked at.
    private(set) var hasNews = false

    init(_ head: RequestHead, connection: Connection) {
        framing = head.framing
        self.connection = connection
        decoder = BodyDecoder(head.framing, limits: connection.server.settings.chunkLimits)
        isComplete = head.framing == .none || head.framing == .length(0)
        mustContinue = head.expectsContinue && head.version == .http11
    }

    var totalLength: UInt64? {
        if case .length(let length) = framing { length } else { nil }
    }

    /// Whether the client still waits for leave to send, and may never send.
    var isUnasked: Bool { mustContinue && !isComplete }

    func collect(upTo limit: Int) async throws(ProxyError) -> [UInt8] {
        if let totalLength {
            try check(totalLength, limit)
            // Room for the padding that the JSON index needs behind the last byte.
            collected.reserveCapacity(Int(totalLength) + 64)
        }
        try check(UInt64(collected.count), limit)
        while !isComplete {
            try await read()
            try check(UInt64(collected.count), limit)
        }
        defer { collected = [] }
        return collected
    }

    func takeWhole(upTo limit: Int) -> [UInt8]? {
        guard isComplete, refusal == nil, failure == nil, collected.count <= limit else {
            return nil
        }
        defer { collected = [] }
        return collected
    }

    private func check(_ count: UInt64, _ limit: Int) throws(ProxyError) {
        guard count > UInt64(limit) else { return }
        isTooLarge = true
        throw .bodyTooLarge
    }

    func next() async throws(ProxyError) -> [UInt8]? {
        while collected.isEmpty, !isComplete { try await read() }
        if collected.isEmpty { return nil }
        defer { collected = [] }
        return collected
    }

    private func read() async throws(ProxyError) {
        if let refusal { throw ProxyError(refusal) }
        if mustContinue, connection.input.isEmpty {
            var interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
            connection.send(&interim)
        }
        mustContinue = false
        connection.direct(to: self)
        defer { connection.direct(to: nil) }
        hasNews = false
        if connection.input.isEmpty {
            let received = await connection.receive()
            if !received, failure == nil {
                throw connection.phase == .closed ? .clientGone : .cutBody
            }
        } else {
            decodeInput()
        }
        if let failure { throw failure }
        if let refusal { throw ProxyError(refusal) }
    }

    private func decodeInput() {
        let input = connection.input
        connection.consume(input.count)
        take(input.span)
    }

    /// Decodes bytes as they were read; what follows the body goes back to the connection.
    func take(_ bytes: Span<UInt8>) {
        hasNews = true
        mustContinue = false
        if case .length(let length) = framing, collected.isEmpty {
            // Room for the padding that the JSON index needs behind the last byte.
            collected.reserveCapacity(min(Int(clamping: length), Scratch.capacity) + 64)
        }
        var offset = 0
        while true {
            switch decoder.next(bytes, from: offset) {
            case .data(let range):
                collected.append(copying: bytes.extracting(range))
                offset = range.upperBound
            case .needMore:
                return
            case .end(let end):
                isComplete = true
                if end < bytes.count { connection.keep(bytes.extracting(end..<bytes.count)) }
                return
            case .refused(let refusal):
                self.refusal = refusal
                return
            }
        }
    }

    /// Ends the read that waits, and every later one.
    func fail(_ error: ProxyError) {
        failure = error
        hasNews = true
    }
}

extension ProxyError {
    /// A request that breaks HTTP: the parser's sentence, and the connection closes.
    init(_ refusal: Refusal) {
        self.init(
            status: refusal.status, code: "bad_http_request", fault: .client,
            message: refusal.message)
    }

    static let bodyTimeout = ProxyError(
        status: 408, code: "request_timeout", fault: .client,
        message: "The request body did not arrive in time.")

    static let headerTimeout = ProxyError(
        status: 408, code: "request_timeout", fault: .client,
        message: "The request did not arrive in time.")

    static let cutBody = ProxyError(
        status: 400, code: "incomplete_body", fault: .client,
        message: "The request ended before its body was complete.")
}
