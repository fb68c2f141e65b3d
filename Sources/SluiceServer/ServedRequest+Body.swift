internal import SluiceCore
internal import SluiceWire

/// The body, read only as far as somebody asks for it.
extension ServedRequest: IncomingBody {
    var totalLength: UInt64? { body.totalLength }

    func collect(upTo limit: Int) async throws(ProxyError) -> [UInt8] {
        try body.check(upTo: limit)
        body.reserve()
        while !body.isComplete {
            try await read()
            try body.check(upTo: limit)
        }
        return body.takeCollected()
    }

    func takeWhole(upTo limit: Int) -> [UInt8]? {
        body.takeWhole(upTo: limit)
    }

    func next() async throws(ProxyError) -> [UInt8]? {
        while body.count == 0, !body.isComplete { try await read() }
        return body.count == 0 ? nil : body.takeCollected()
    }

    private func read() async throws(ProxyError) {
        if let refusal = body.refusal { throw ProxyError(refusal) }
        if body.mustContinue, connection.input.isEmpty {
            var interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
            connection.send(&interim)
        }
        body.mustContinue = false
        connection.direct(to: self)
        defer { connection.direct(to: nil) }
        body.hasNews = false
        if connection.input.isEmpty {
            let received = await connection.receive()
            if !received, body.failure == nil {
                throw connection.phase == .closed ? .clientGone : .cutBody
            }
        } else {
            takeInput()
        }
        if let error = body.error { throw error }
    }

    private func takeInput() {
        let input = connection.input
        connection.consume(input.count)
        take(input.span)
    }

    /// Takes bytes as they were read; what follows the body goes back to the connection.
    func take(_ bytes: Span<UInt8>) {
        if let end = body.take(bytes), end < bytes.count {
            connection.keep(bytes.extracting(droppingFirst: end))
        }
    }

    /// Ends the read that waits, and every later one.
    func fail(_ error: ProxyError) {
        body.fail(error)
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
