import SluiceWire

/// The way back of one exchange: translator, then stages in reverse order, then the client's writer, all in the pass that read the bytes.
///
/// Every attempt's answer comes here. Until ``hasStarted`` nothing of an answer was sent, and another attempt may follow.
final class ResponsePath {
    /// What kind of answer is coming in.
    private enum Mode {
        case idle
        /// Server-sent events, passed on one by one as they are whole.
        case events
        /// A JSON answer, held until it is whole.
        case document
        /// Bytes of any kind.
        case bytes
        /// An error answer, held for whoever decides about another attempt.
        case failure
    }

    let writer: any ResponseWriter
    private let clock: any ExchangeClock
    private let limits: PipelineLimits
    private let dialect: any ClientDialect
    private let endpoint: Endpoint
    private let isStreaming: Bool
    private var stages: StageChain
    private var translator: (any ResponseTranslator)?
    /// Whether there is a translator; asking the property itself copies it.
    private var isTranslated = false
    /// The client did not ask for the usage chunk that we asked for.
    private var hidesUsage = false
    /// The proxy's credential of this attempt, which a provider may repeat in its errors.
    private var credential: Credential?

    private var mode = Mode.idle
    private var head = ResponseHead(status: 0, headers: HeaderFields())
    private var scanner: EventScanner
    /// Made for streams.
    private var reader: (any StreamReader)?
    /// The beginning of an event or document whose end has not arrived.
    private var held: [UInt8] = []
    /// The bytes of the event that a stage waits with, for the case that all stages keep it.
    private var waitingEvent: [UInt8] = []
    private var facts: EventFacts = []
    private var expectedLength: Int?
    private var stopped: ProxyError?

    /// A stage does what it waits for: nothing else may happen to the stages.
    private(set) var isInStage = false
    private(set) var hasStarted = false
    private(set) var firstByteAt: UInt64?
    private(set) var usage: TokenUsage?
    private(set) var events = 0
    private(set) var lastEventAt: UInt64 = 0
    var status: Int { head.status }

    init(
        request: ProxyRequest, dialect: any ClientDialect, stages: StageChain,
        writer: any ResponseWriter, clock: any ExchangeClock, limits: PipelineLimits
    ) {
        self.dialect = dialect
        self.stages = stages
        self.writer = writer
        self.clock = clock
        self.limits = limits
        endpoint = request.endpoint
        isStreaming = request.isStreaming
        scanner = EventScanner(limit: limits.event)
    }

    /// Makes ready for the next attempt.
    func begin(
        translator: (any ResponseTranslator)?, hidesUsage: Bool, credential: Credential? = nil
    ) {
        self.translator = translator
        isTranslated = translator != nil
        self.hidesUsage = hidesUsage
        self.credential = credential
        mode = .idle
        held.removeAll()
        firstByteAt = nil
    }

    // MARK: Receiving

    func receive(_ head: consuming ResponseHead) -> ReceiveDecision {
        firstByteAt = firstByteAt ?? clock.now
        guard 200..<300 ~= head.status else {
            self.head = head
            mode = .failure
            return .more
        }
        if case .length(let length) = head.framing { expectedLength = Int(clamping: length) }
        let kind = AnswerKind(head, endpoint: endpoint, isStreaming: isStreaming)
        self.head = head
        switch kind {
        case .events:
            mode = .events
            reader = dialect.makeStreamReader(for: endpoint)
            startHead(type: "text/event-stream; charset=utf-8", length: nil)
        case .document:
            mode = .document
        case .bytes:
            mode = .bytes
            startHead(type: nil, length: expectedLength)
        case .unusable(let error):
            return stop(error)
        }
        return .more
    }

    func receive(_ bytes: Span<UInt8>) -> ReceiveDecision {
        switch mode {
        case .events: return receiveEvents(bytes)
        case .bytes: writer.write(bytes)
        case .document: receiveDocument(bytes)
        case .failure: hold(bytes, upTo: limits.errorBody)
        case .idle: break
        }
        return stopped == nil ? .more : .stop
    }

    func receivedAll() -> ReceiveDecision {
        if writer.isClosed { return .stop }
        guard hasStarted else { return .more }
        writer.flush()
        return writer.hasRoom && !stages.isWaiting ? .more : .wait
    }

    /// Does what a `.wait` waits for.
    func resolveWait() async throws(ProxyError) {
        try await resumeStages()
        await writer.waitForRoom()
        if writer.isClosed { throw .clientGone }
    }

    /// Goes on with the event that a stage waits with, and with what came behind it.
    func resumeStages() async throws(ProxyError) {
        while stages.isWaiting {
            isInStage = true
            let result = await stages.resume()
            isInStage = false
            if writer.isClosed { throw .clientGone }
            let event = waitingEvent
            if case .keep = result { writer.write(event.span) }
            emit(result)
            writer.flush()
            if stopped != nil { break }
            let backlog = held
            held.removeAll()
            scanner = EventScanner(limit: limits.event)
            if receiveEvents(backlog.span) == .stop { break }
        }
        waitingEvent = []
        if let stopped { throw stopped }
    }

    // MARK: Events

    private func receiveEvents(_ bytes: Span<UInt8>) -> ReceiveDecision {
        var start = 0
        while !stages.isWaiting, let end = scanner.nextBoundary(in: bytes, from: start) {
            let piece = bytes.extracting(start..<end)
            guard held.count + piece.count <= limits.event else { return stop(.largeEvent) }
            if held.isEmpty {
                passEvent(piece)
            } else {
                hold(piece)
                let event = held
                held.removeAll(keepingCapacity: held.count < 4096)
                passEvent(event.span)
            }
            start = end
            if stopped != nil { return .stop }
        }
        if start < bytes.count { hold(bytes.extracting(start..<bytes.count)) }
        if scanner.isOverLimit { return stop(.largeEvent) }
        return .more
    }

    private func passEvent(_ raw: Span<UInt8>) {
        let eventFacts = isTranslated ? [] : reader?.read(raw) ?? []
        guard eventFacts.contains(.error), let credential else {
            return passEvent(raw, eventFacts)
        }
        var copy: [UInt8] = []
        copy.append(copying: raw)
        let redacted = Redaction.redact(credential.token, in: copy)
        passEvent(redacted.span, eventFacts)
    }

    private func passEvent(_ raw: Span<UInt8>, _ eventFacts: EventFacts) {
        events += 1
        lastEventAt = clock.now
        facts.formUnion(eventFacts)
        if hidesUsage, eventFacts.contains(.usageOnly) { return }
        if !isTranslated, !stages.wantsEvents {
            writer.write(raw)
            return
        }
        guard let event = ServerSentEvent(parsing: raw) else {
            writer.write(raw)
            return
        }
        do {
            guard var translator else { return pass(event, raw: raw) }
            let translated = try translator.event(event)
            self.translator = translator
            for event in translated { passTranslated(event) }
        } catch {
            stopped = error
        }
    }

    private func passTranslated(_ event: ServerSentEvent) {
        var raw: [UInt8] = []
        event.write(into: &raw)
        facts.formUnion(reader?.read(raw.span) ?? [])
        pass(event, raw: raw.span)
    }

    private func pass(_ event: ServerSentEvent, raw: Span<UInt8>) {
        guard stages.wantsEvents else { return writer.write(raw) }
        switch stages.pass(event) {
        case .keep: writer.write(raw)
        case .waiting:
            waitingEvent.removeAll()
            waitingEvent.append(copying: raw)
        case let result: emit(result)
        }
    }

    private func emit(_ result: StageChain.Result) {
        switch result {
        case .keep, .waiting: break
        case .events(let events): write(events)
        case .stop(let error, let events):
            write(events)
            stopped = error
        }
    }

    private func write(_ events: [ServerSentEvent]) {
        var bytes: [UInt8] = []
        for event in events { event.write(into: &bytes) }
        writer.write(bytes.span)
    }

    // MARK: Documents

    private func receiveDocument(_ bytes: Span<UInt8>) {
        hold(bytes)
        guard held.count > limits.heldDocument, translator == nil, !stages.wantsDocument else {
            return
        }
        // Too large to hold: the rest goes on as it comes, and its usage is not known.
        mode = .bytes
        startHead(type: nil, length: expectedLength)
        let beginning = held
        held = []
        writer.write(beginning.span)
    }

    private func finishDocument() throws(ProxyError) {
        var body = held
        held = []
        if let translator { body = try translated(body, by: translator) }
        usage = dialect.usage(inDocument: body, endpoint: endpoint)
        stages.document(&body)
        startHead(type: nil, length: body.count)
        writer.write(body.span)
        writer.end()
    }

    private func translated(
        _ body: [UInt8], by translator: any ResponseTranslator
    ) throws(ProxyError) -> [UInt8] {
        var translator = translator
        return try translator.document(body)
    }

    private func hold(_ bytes: Span<UInt8>, upTo limit: Int = .max) {
        held.append(copying: bytes.extracting(first: min(bytes.count, max(0, limit - held.count))))
    }

    // MARK: Ends

    private func startHead(type: String?, length: Int?) {
        var out = ResponseHead(
            status: head.status, headers: head.headers.filtered(by: .towardsClient))
        if let type, !head.headers.has(.contentType, startingWith: "text/event-stream") {
            out.headers[.contentType] = type
        }
        translator?.head(&out)
        stages.head(&out)
        hasStarted = true
        head = out
        writer.writeHead(out, length: length)
    }

    private func stop(_ error: ProxyError) -> ReceiveDecision {
        stopped = error
        return .stop
    }

    /// Ends the answer here, for a reason that is not the upstream's.
    func interrupt(_ error: ProxyError) {
        stopped = error
    }

    /// What the answer came to, once the transport has returned.
    ///
    /// - Returns: the held error answer of the upstream, for whoever decides about another attempt.
    /// - Throws: what cut the answer; nothing was sent yet when ``hasStarted`` is false.
    func conclude() throws(ProxyError) -> UpstreamRefusal? {
        if writer.isClosed { throw .clientGone }
        if let stopped { throw stopped }
        switch mode {
        case .idle:
            throw .badAnswer("no answer")
        case .failure:
            defer { held = [] }
            return UpstreamRefusal(head: head, body: held)
        case .document:
            try finishDocument()
        case .bytes:
            writer.end()
        case .events:
            guard held.isEmpty, facts.contains(.terminal) else { throw .cutStream }
            writer.end()
        }
        return nil
    }

    /// The provider ended its stream with an error event of its own, which the client has seen.
    var reportedError: ProxyError? { facts.contains(.error) ? .reportedInStream : nil }

    /// Whether a transport error no longer matters, because the stream's last event had passed.
    var isOver: Bool { mode == .events && facts.contains(.last) && held.isEmpty }

    /// Tells a client whose answer has begun that it failed.
    func fail(_ error: ProxyError) {
        guard mode == .events else { return writer.abort() }
        let event = dialect.errorEvent(error, endpoint: endpoint, eventsBefore: events)
        writer.write(event.span)
        writer.end()
    }

    /// Answers with an error before anything was sent.
    func refuse(_ error: ProxyError) {
        var headers = HeaderFields()
        headers.append("content-type", "application/json")
        if let allowed = error.allowedMethods { headers.append("allow", allowed) }
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
        }
    }

    /// Answers with bytes at hand.
    func send(status: Int, headers: HeaderFields, body: [UInt8]) {
        var body = body
        var out = ResponseHead(status: status, headers: headers)
        stages.head(&out)
        if 200..<300 ~= status { stages.document(&body) }
        hasStarted = true
        head = out
        writer.writeHead(out, length: body.count)
        writer.write(body.span)
        writer.end()
    }

    func finish(_ outcome: Outcome) {
        usage = usage ?? reader?.usage
        stages.finish(outcome)
    }
}
