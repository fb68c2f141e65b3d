import SluiceWire

extension ResponsePath {
    /// Sends an answer that the proxy made itself through the stages.
    func answer(_ response: ProxyResponse) async throws {
        switch response.body {
        case .bytes where isEarly:
            throw ProxyError.badAnswer("no stream, though one was asked for and begun")
        case .bytes(let bytes):
            noteUsage(of: response.status, bytes)
            send(status: response.status, headers: response.headers, body: bytes)
        case .pieces(let pieces):
            var decision = receive(ResponseHead(status: response.status, headers: response.headers))
            for try await piece in pieces {
                decision = receive(piece.span)
                if decision == .more { decision = receivedAll() }
                if decision == .wait { try await resolveWait() }
                if decision == .stop { break }
            }
            if try !prepareEnd() { await countUsage(nil) }
            _ = try conclude()
        }
    }

    /// Tells a client whose answer has begun that it failed.
    func fail(_ error: ProxyError) {
        guard mode == .events || isEarly else { return writer.abort() }
        let event = dialect.errorEvent(error, endpoint: endpoint, eventsBefore: events)
        writer.write(event.span)
        if hasTrailer { _ = settleUsage(nil) }
        endAnswer()
    }

    /// Answers with an error before anything was sent.
    func refuse(_ error: ProxyError) {
        var headers = HeaderFields()
        headers.append("content-type", "application/json")
        if let allowed = error.allowedMethods { headers.append("allow", allowed) }
        headers.merge(error.headers)
        // RFC 9110 section 15.5.2.
        if error.status == 401, error.fault == .client {
            headers.append(.wwwAuthenticate, "Bearer")
        }
        if case .after(let seconds) = error.retry { headers.append("retry-after", String(seconds)) }
        if error.retry == .never, error.fault == .upstream {
            headers.append("x-should-retry", "false")
        }
        send(status: error.status, headers: headers, body: dialect.errorBody(error))
    }

    /// Learns the usage that an answer of our own reports.
    func noteUsage(of status: Int, _ body: [UInt8]) {
        if status == 200, endpoint.isUnderstood {
            usage = dialect.usage(inDocument: body, endpoint: endpoint)
            source = usage == nil ? nil : .provider
        }
    }

    /// Answers with bytes at hand.
    func send(status: Int, headers: HeaderFields, body: [UInt8]) {
        var body = body
        var out = ResponseHead(status: status, headers: headers)
        if let source { out.headers.append(Self.sourceField, source.rawValue) }
        stages.head(&out)
        if 200..<300 ~= status { stages.document(&body) }
        hasStarted = true
        head = out
        writer.writeHead(out, length: body.count)
        writer.write(body.span)
        writer.end()
    }
}
