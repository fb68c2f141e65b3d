public import SluiceWire

extension Pipeline {
    /// Runs one request through the pipeline without a socket.
    ///
    /// ```swift
    /// let answer = try await pipeline.execute(body)
    /// for try await bytes in answer.body { … }
    /// ```
    ///
    /// - Parameters:
    ///   - body: the request's body, as a client would send it.
    ///   - path: of the route.
    ///   - headers: of the request; `content-type: application/json` where it has none.
    /// - Returns: once the answer's head is known. An error answer is an answer: look at its status.
    /// - Throws: ``PipelineUnavailable`` when the pipeline has no host to run on; `CancellationError` when the proxy
    ///   stopped before it began, or gave it up. Dropping the answer's body cancels the exchange.
    public func execute(
        _ body: [UInt8], path: String = "/v1/chat/completions", method: HTTPMethod = .post,
        headers: HeaderFields = HeaderFields()
    ) async throws -> PipelineAnswer {
        guard let host else { throw PipelineUnavailable() }
        var headers = headers
        if !headers.contains(.contentType) { headers.append(.contentType, "application/json") }
        let head = RequestHead(method: method, path: path, query: nil, headers: headers)
        let channel = AnswerChannel()
        // A scope of its own: from here on only the host and the exchange hold the promise.
        do {
            let promise = AnswerChannel.Promise(channel)
            host.start { services in
                var ids = RequestID()
                let writer = ChannelWriter(promise, hosted: services.hosted)
                let exchange = Exchange(
                    head, body: BodyAtHand(body), id: ids.next(), client: "local",
                    startedAt: services.clock.now, writer: writer,
                    services: services, pipeline: self)
                services.hosted.add(exchange, writer: writer)
                exchange.start()
                func endWithoutReader() async {
                    await channel.waitForReaderGone()
                    if channel.isReaderGone { exchange.clientIsGone() }
                }
                _ = services.spawn(endWithoutReader)
            }
        }
        return PipelineAnswer(head: try await channel.head(), body: AnswerBytes(channel))
    }
}

/// Thrown by ``Pipeline/execute(_:path:method:headers:)`` where nothing runs exchanges.
public struct PipelineUnavailable: Error, Sendable {}

/// An answer in process.
public struct PipelineAnswer: Sendable {
    /// Status and header fields.
    public let head: ResponseHead
    /// The bytes, as they come.
    public let body: AnswerBytes
    /// The head's status.
    public var status: Int { head.status }
}

/// A request body that is there already.
final class BodyAtHand: IncomingBody {
    private var bytes: [UInt8]?
    let totalLength: UInt64?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        totalLength = UInt64(bytes.count)
    }

    func next() async throws(ProxyError) -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }

    func collect(upTo limit: Int) async throws(ProxyError) -> [UInt8] {
        let bytes = try await next() ?? []
        guard bytes.count <= limit else { throw .bodyTooLarge }
        return bytes
    }
}

extension ProxyError {
    /// A request body above the limit: 413.
    public static let bodyTooLarge = ProxyError(
        status: 413, code: "request_too_large", fault: .client,
        message: "The request body is larger than this proxy accepts.")
}
