internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// A head parser for one connection whose head came in parts; most come whole and share the loop's.
final class PartialHead {
    var parser: RequestHeadParser

    init(_ parser: RequestHeadParser) {
        self.parser = parser
    }
}

/// One request after another.
extension Connection {
    /// Serves requests as they come, or as they have come already, until there is one whose answer takes time.
    func serve() {
        while findHead(), let exchange {
            if mayRead, phase == .answering { readOn() }
            isStarting = true
            exchange.start()
            isStarting = false
            // Some are over at once.
            guard self.exchange == nil, phase == .answering, afterOutput == nil else { return }
            turnToNext()
        }
    }

    /// Turns to the next request, of which a part, all, or nothing may have come already.
    func serveNext() {
        turnToNext()
        serve()
    }

    private func turnToNext() {
        if input.isEmpty {
            enter(servedRequests == 0 ? .readingHead : .idle)
        } else {
            requestStartedAt = poller.now
            enter(.readingHead)
            parseInput()
        }
    }

    /// Reads until a head is whole, there is no more, or none will come.
    ///
    /// - Returns: whether there is an exchange to start.
    private func findHead() -> Bool {
        while mayRead, isBetweenRequests {
            read()
            if !input.isEmpty, isBetweenRequests { parseInput() }
        }
        // A proxy that drains answers what was sent to it before, and waits for nothing more, unless another one has taken over.
        if !inputEnded, server.awaitsLastRequests {
            awaitLastRequest()
        } else if inputEnded || (server.isDraining && input.isEmpty), isBetweenRequests {
            closeGently(expectsInput: phase == .readingHead)
        }
        return exchange != nil
    }

    /// Reads the rest of a body that has come, so that the exchange finds it whole.
    private func readOn() {
        guard session == nil, input.isEmpty, let served,
            let (outcome, next) = served.body.receiveRest(from: descriptor)
        else { return }
        if let next { keep([next].span) } else { note(outcome, ofAtMost: .max) }
    }

    var isBetweenRequests: Bool { phase == .idle || phase == .readingHead }

    /// Takes what came where a head is expected, straight from the read buffer. A head that is not whole, or not well, is kept.
    func takeHead(_ bytes: Span<UInt8>) {
        let isFirst = headMemory.isEmpty
        if isFirst { headMemory = server.latestHead }
        guard
            case .complete(let head, let consumed) = server.parser.parse(
                bytes, recalling: &headMemory)
        else {
            partialHead = PartialHead(server.takeParser())
            return keep(bytes)
        }
        if isFirst { server.latestHead = headMemory }
        begin(head, bytes.extracting(droppingFirst: consumed))
    }

    private func parseInput() {
        let bytes = input
        let partial = partialHead ?? PartialHead(server.takeParser())
        partialHead = partial
        switch partial.parser.parse(bytes.span) {
        case .complete(let head, let consumed):
            consume(consumed)
            begin(head, Span())
        case .refused(let refusal):
            refuse(bytes.first == Self.handshakeRecord ? .unexpectedTLS : ProxyError(refusal))
        case .incomplete:
            if phase == .idle { enter(.readingHead) }
        }
    }

    /// - Parameter beginning: what came behind the head in the same read.
    private func begin(_ head: RequestHead, _ beginning: Span<UInt8>) {
        partialHead = nil
        let id = server.nextID()
        let served = ServedRequest(head, id: id, connection: self)
        if !beginning.isEmpty { served.take(beginning) }
        exchange = Exchange(
            head, body: served, id: id, client: client, tls: tls, startedAt: requestStartedAt,
            writer: served, services: server.services, pipeline: server.pipeline)
        self.served = served
        enter(.answering)
    }

    /// The exchange is over, and its record written.
    func exchangeEnded() {
        guard let served else { return }
        self.served = nil
        exchange = nil
        wakeWriter()
        servedRequests += 1
        guard phase != .closed else {
            if isDeparting { server.departed() }
            return
        }
        guard served.keepsAlive, served.body.isDone else {
            return closeGently(expectsInput: !served.body.isDone)
        }
        guard waitingBytes <= server.settings.highWaterMark else {
            afterOutput = .serve
            return
        }
        if !isStarting { serveNext() }
    }

    /// Answers what never became a request, and closes.
    func refuse(_ error: ProxyError) {
        server.refuse(error, on: self, startedAt: requestStartedAt)
        closeGently(expectsInput: true)
    }
}
