import SluiceConfig
import SluiceJSON
import SluiceWire

/// The way back of one exchange: translator, then stages in reverse order, then the client's writer, all in the pass that read the bytes.
///
/// Every attempt's answer comes here. Until ``hasStarted`` nothing of an answer was sent, and another attempt may follow.
final class ResponsePath {
    /// What kind of answer is coming in.
    enum Mode {
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
    let clock: any ExchangeClock
    let limits: PipelineLimits
    let dialect: any ClientDialect
    let endpoint: Endpoint
    let isStreaming: Bool
    /// The client has asked for the usage of the stream.
    let asksUsage: Bool
    /// The provider works on it whether anybody waits or not.
    let isBackground: Bool
    let accounting: UsageAccounting
    /// Kept for a count of its prompt, where that may be needed and it is not too large.
    private(set) var request: ProxyRequest?
    /// Names the tokenizer and the price.
    let model: String?
    /// Of the request, in bytes.
    let bodySize: Int
    /// The prompt's tokens, where a processor has counted them. It holds where there is no ``request`` any more.
    private(set) var promptNote: PromptNote?
    /// The client takes fields behind a stream.
    let asksTrailers: Bool
    /// What was used is told behind the answer.
    var hasTrailer = false
    /// A whole document is held, translated.
    var isWhole = false
    /// The work has only begun, and nobody will tell this exchange what it came to.
    var goesOn = false
    var stages: StageChain
    var translator: (any ResponseTranslator)?
    /// Whether there is a translator; asking the property itself copies it.
    var isTranslated = false
    /// The client did not ask for the usage chunk that we asked for.
    var hidesUsage = false
    /// The proxy's credential of this attempt, which a provider may repeat in its errors.
    var credential: Credential?
    /// Others that the provider got.
    var secrets: [Secret] = []

    var mode = Mode.idle
    var head = ResponseHead(status: 0, headers: HeaderFields())
    var scanner: EventScanner
    /// Made for streams.
    var reader: (any StreamReader)?
    /// The beginning of an event or document whose end has not arrived.
    var held: [UInt8] = []
    /// The bytes of the event that a stage waits with, for the case that all stages keep it.
    var waitingEvent: [UInt8] = []
    /// Of an answer that is only passed on, where it may tell what it used.
    private var passed: PassedDocument?
    private let keepsPassed: Bool
    var facts: EventFacts = []
    var expectedLength: Int?
    var stopped: ProxyError?
    /// A stage has ended the stream as the provider would have.
    var isEndedByStage = false
    /// Why.
    var endReason: ProxyError?

    /// A stage does what it waits for: nothing else may happen to the stages.
    var isInStage = false
    var hasStarted = false
    var firstByteAt: UInt64?
    /// What the exchange used, once it is over.
    private(set) var consumption = Consumption()
    var usage: TokenUsage?
    var source: UsageSource?
    var events = 0
    var lastEventAt: UInt64 = 0
    /// What the client was told: of an error behind a head that was sent early it hears by an event.
    var status: Int { isEarly ? 200 : head.status }
    /// A provider was asked.
    var hasBegun = false
    /// The client has gone, and the stream is read on for its usage.
    var isLeft = false
    /// What the answer used is being counted beside the loop.
    var isCounting = false
    /// What came since then, in bytes.
    var sizeSinceLeft = 0
    /// A heartbeat was due before the provider's head had come, so that a head was sent without it.
    var isEarly = false
    var hasBeaten = false
    /// Whether an attempt may still follow: of an answer at most heartbeats were sent.
    var isUnanswered: Bool { !hasStarted || (isEarly && events == 0) }

    init(
        request: ProxyRequest, dialect: any ClientDialect, stages: StageChain,
        writer: any ResponseWriter, clock: any ExchangeClock, limits: PipelineLimits,
        accounting: UsageAccounting
    ) {
        self.dialect = dialect
        self.stages = stages
        self.writer = writer
        self.clock = clock
        self.limits = limits
        endpoint = request.endpoint
        isStreaming = request.isStreaming
        asksUsage = request.wantsUsage
        isBackground =
            endpoint == .responses && request.json?.root["background"]?.bool == true
        self.accounting = accounting
        model = request.model
        bodySize = request.body.count
        asksTrailers =
            request.isStreaming && request.endpoint.isUnderstood
            && request.headers.contains(.te) && request.headers.has(.te, token: "trailers")
        let mayCount = accounting.counts && request.endpoint.isUnderstood
        self.request = mayCount && bodySize <= UsageAccounting.keptRequest ? request : nil
        keepsPassed = PassedDocument.mayTellUsage(request)
        scanner = EventScanner(limit: limits.event)
    }

    /// Takes what a processor has counted the prompt at. A large request need not be kept beside that.
    func learn(_ note: PromptNote, of request: borrowing ProxyRequest) {
        if self.request != nil, bodySize <= UsageAccounting.quickAnswer {
            promptNote = note
        } else if note.holds(for: request) {
            promptNote = note
            self.request = nil
        }
    }

    /// Makes ready for the next attempt.
    func begin(
        translator: (any ResponseTranslator)?, hidesUsage: Bool, credential: Credential? = nil,
        secrets: [Secret] = []
    ) {
        self.translator = translator
        isTranslated = translator != nil
        self.hidesUsage = hidesUsage
        self.credential = credential
        self.secrets = secrets
        mode = .idle
        held.removeAll()
        firstByteAt = nil
        hasBegun = true
    }

    // MARK: Receiving

    func receive(_ head: consuming ResponseHead) -> ReceiveDecision {
        // The turn's beginning is when the request came, where a provider answers at once.
        firstByteAt = firstByteAt ?? clock.precise
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
            if !isEarly { startHead(type: "text/event-stream; charset=utf-8", length: nil) }
        case .document where isEarly, .bytes where isEarly:
            return stop(.badAnswer("no stream, though one was asked for and begun"))
        case .document:
            mode = .document
        case .bytes:
            mode = .bytes
            passed = keepsPassed ? PassedDocument(self.head) : nil
            startHead(type: nil, length: expectedLength)
        case .unusable(let error):
            return stop(error)
        }
        return .more
    }

    func receive(_ bytes: Span<UInt8>) -> ReceiveDecision {
        switch mode {
        case .events where isLeft: return readOn(bytes)
        case .events: return isEndedByStage ? .stop : receiveEvents(bytes)
        case .bytes:
            passed?.append(bytes)
            writer.write(bytes)
        case .document: receiveDocument(bytes)
        case .failure: hold(bytes, upTo: limits.errorBody)
        case .idle: break
        }
        return stopped == nil ? .more : .stop
    }

    func receivedAll() -> ReceiveDecision {
        if isLeft { return .more }
        if writer.isClosed { return .stop }
        guard hasStarted else { return .more }
        writer.flush()
        if isLeft { return .more }
        return writer.hasRoom && !stages.isWaiting ? .more : .wait
    }

    /// Does what a `.wait` waits for.
    func resolveWait() async throws(ProxyError) {
        try await resumeStages()
        await writer.waitForRoom()
        if writer.isClosed { throw .clientGone }
    }

    // MARK: Documents

    func receiveDocument(_ bytes: Span<UInt8>) {
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

    private func finishDocument() {
        var body = held
        held = []
        stages.document(&body)
        startHead(type: nil, length: body.count)
        writer.write(body.span)
        writer.end()
    }

    func translated(
        _ body: [UInt8], by translator: any ResponseTranslator
    ) throws(ProxyError) -> [UInt8] {
        var translator = translator
        return try translator.document(body)
    }

    func hold(_ bytes: Span<UInt8>, upTo limit: Int = .max) {
        held.append(copying: bytes.extracting(first: min(bytes.count, max(0, limit - held.count))))
    }

    // MARK: Ends

    func startHead(type: String?, length: Int?) {
        var out = ResponseHead(
            status: head.status, headers: head.headers.filtered(by: .towardsClient))
        if let type, !head.headers.has(.contentType, startingWith: "text/event-stream") {
            out.headers[.contentType] = type
        }
        if let source { out.headers.append(Self.sourceField, source.rawValue) }
        announceTrailer(&out, length: length)
        translator?.head(&out)
        stages.head(&out)
        hasStarted = true
        head = out
        writer.writeHead(out, length: length)
    }

    func stop(_ error: ProxyError) -> ReceiveDecision {
        stopped = error
        return .stop
    }

    /// Ends the answer here, for a reason that is not the upstream's.
    func interrupt(_ error: ProxyError) {
        stopped = error
    }

    /// What the answer came to, once the transport has returned and ``prepareEnd()`` was asked.
    ///
    /// - Returns: the held error answer of the upstream, for whoever decides about another attempt.
    /// - Throws: what cut the answer; nothing was sent yet when ``hasStarted`` is false.
    func conclude() throws(ProxyError) -> UpstreamRefusal? {
        if writer.isClosed { throw .clientGone }
        if let stopped { throw stopped }
        if isEndedByStage {
            endAnswer()
            return nil
        }
        switch mode {
        case .idle:
            throw .badAnswer("no answer")
        case .failure:
            defer { held = [] }
            return UpstreamRefusal(head: head, body: held)
        case .document:
            finishDocument()
        case .bytes:
            endAnswer()
        case .events:
            guard held.isEmpty, facts.contains(.terminal) else { throw .cutStream }
            endAnswer()
        }
        return nil
    }

    /// The provider ended its stream with an error event of its own, which the client has seen.
    var reportedError: ProxyError? { facts.contains(.error) ? .reportedInStream : nil }

    /// Whether a transport error no longer matters, because the stream's last event had passed.
    var isOver: Bool {
        isEndedByStage || (mode == .events && facts.contains(.last) && held.isEmpty)
    }

    /// What was used is settled: all who want to know hear of the end.
    ///
    /// - Parameter provider: who answered.
    func finish(_ outcome: Outcome, provider: String?) {
        if usage == nil, let told = passed?.usage(dialect, endpoint) {
            (usage, source) = (told, .provider)
        }
        consumption = Consumption(
            usage: usage, source: source,
            cost: usage.flatMap { accounting.cost(of: $0, model: model, provider: provider) },
            isAnswered: isAnswered)
        stages.finish(outcome, consumption)
    }

    /// A head that was sent early for a heartbeat is no answer of a provider.
    private var isAnswered: Bool {
        switch mode {
        case .events, .document, .bytes: true
        case .failure: false
        case .idle: hasBegun && hasStarted && !isEarly && 200..<300 ~= head.status
        }
    }
}
