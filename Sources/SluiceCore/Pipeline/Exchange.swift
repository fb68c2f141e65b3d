public import SluiceWire

/// One request and its answer: the straight line through the pipeline.
///
/// What comes before the upstream may wait and runs as async code, in a task that is given back when the request has gone out. From there
/// on the reads of the upstream's connection drive the exchange: an answer that streams for minutes occupies no task. It lives on the loop
/// of its connection.
public final class Exchange {
    /// The route of requests that no parser knows.
    private static let unknownRoute = "unknown"

    let pipeline: Pipeline
    let services: LoopServices
    let writer: any ResponseWriter
    /// For those who are asked; many exchanges ask nobody.
    var context: ExchangeContext {
        if let madeContext { return madeContext }
        let made = ExchangeContext(
            id: id, clientAddress: client, client: caller, tls: tls,
            parts: pipeline.contextParts, fetcher: services.fetcher)
        madeContext = made
        return made
    }
    private(set) var madeContext: ExchangeContext?
    /// Whose key the request has, once that is known; nil also where nobody is asked for one.
    var caller: Client?
    private let id: String
    let client: String
    private let tls: ClientTLS?
    var path: ResponsePath?
    /// What the record says of the request.
    var route = Exchange.unknownRoute
    var operation = ""
    var isStreaming = false
    var model: String?
    var bytesIn = 0
    private let method: String
    /// There while a provider is asked.
    private var attempts: Attempts?
    /// Head and body are needed until a parser has made a request of them.
    private var head: RequestHead?
    private var body: (any IncomingBody)?
    /// The body, where it was taken already and could not be parsed at once.
    private(set) var wholeBody: [UInt8]?
    private var work: (any SpawnedWork)?
    private let startedAt: UInt64
    /// The client has gone: nobody reads an answer.
    private(set) var isCancelled = false
    /// Why the exchange was ended from our side, when it was.
    private(set) var interruption: ProxyError?
    /// How it ended; nil before.
    public private(set) var outcome: Outcome?

    /// - Parameters:
    ///   - id: from ``RequestID``.
    ///   - client: the client's address without its port.
    ///   - tls: what its handshake has shown; nil without TLS.
    ///   - startedAt: nanoseconds of the loop's clock when the request's first byte came.
    public init(
        _ head: RequestHead, body: any IncomingBody, id: String, client: String,
        tls: ClientTLS? = nil, startedAt: UInt64, writer: any ResponseWriter,
        services: LoopServices, pipeline: Pipeline
    ) {
        self.pipeline = pipeline
        self.id = id
        self.client = client
        self.tls = tls
        self.head = head
        self.body = body
        method = head.method.name
        self.writer = writer
        self.services = services
        self.startedAt = startedAt
    }

    /// Answers the request, whatever happens, writes its record, and then tells the writer. Returns at once.
    public func start() {
        pipeline.records.started()
        if !forwardAtOnce() { perform(prepare) }
    }

    /// Goes the whole way in without a task, where nobody on it has to be waited for: processors that need not wait, a body that has come,
    /// and a provider whose address and credential never change. Whatever is not well before a processor has seen the request is left to the
    /// way with a task.
    ///
    /// - Returns: whether the exchange goes on by itself.
    private func forwardAtOnce() -> Bool {
        guard pipeline.immediateProcessors != nil, !writer.isClosed, let head = head.take(),
            let body = body.take()
        else { return false }
        if forwardAtOnce(head, body) { return true }
        (self.head, self.body) = (head, body)
        return false
    }

    private func forwardAtOnce(_ head: RequestHead, _ body: any IncomingBody) -> Bool {
        guard pipeline.endpoint(for: head) == nil, admitsAtOnce(head),
            let (parser, plan) = try? pipeline.parser(for: head), plan == .whole,
            let bytes = body.takeWhole(upTo: pipeline.limits.body)
        else { return false }
        bytesIn = bytes.count
        guard let request = try? parser.parse(head, body: .received(bytes, of: head)),
            mayForward(request)
        else {
            wholeBody = bytes
            return false
        }
        describe(request)
        if let processors = pipeline.immediateProcessors, !processors.isEmpty {
            processAtOnce(request, head, processors, dialect: parser.dialect)
        } else {
            askAtOnce(request, stages: [], dialect: parser.dialect)
        }
        return true
    }

    func askAtOnce(
        _ request: ProxyRequest, stages: [any ResponseStage], dialect: any ClientDialect
    ) {
        let path = makePath(request, dialect: dialect, stages: stages)
        let attempts = Attempts(request, rest: nil, exchange: self, path: path, dialect: dialect)
        self.attempts = attempts
        attempts.beginAtOnce()
    }

    /// Whether the client's key, if one is asked for, is right and known without waiting.
    private func admitsAtOnce(_ head: RequestHead) -> Bool {
        guard let clients = pipeline.clients else { return true }
        guard case .client(let client) = clients.find(head.headers) else { return false }
        caller = client
        return true
    }

    private func mayForward(_ request: borrowing ProxyRequest) -> Bool {
        guard let caller else { return true }
        return (try? caller.check(request)) != nil
    }

    /// Runs work that may wait. An exchange waits for one thing at a time.
    func perform(_ step: nonisolated(nonsending) @escaping () async -> Void) {
        work = services.spawn(step)
    }

    private func prepare() async {
        guard let head, let body else { return }
        if let outcome = await answer(head, body) { finish(outcome) }
    }

    /// Asks the providers.
    ///
    /// - Returns: nil when an upstream is at work, whose end ends the exchange.
    func forward(
        _ request: ProxyRequest, rest: (any IncomingBody)?, on path: ResponsePath,
        dialect: any ClientDialect
    ) async -> Outcome? {
        head = nil
        body = nil
        let attempts = Attempts(
            request, rest: rest, exchange: self, path: path, dialect: dialect)
        self.attempts = attempts
        return await attempts.begin()
    }

    // MARK: Ends

    /// The client has gone: what is under way upstream ends in this turn of the loop, unless only the usage of a stream is missing.
    public func clientIsGone() {
        guard outcome == nil else { return }
        // Its usage is being waited for already.
        if path?.isLeft == true { return }
        isCancelled = true
        // All has come, and the count goes on.
        if path?.isCounting == true { return }
        work?.cancel()
        if let path, let attempts, path.leave() {
            attempts.end(.clientGone, after: pipeline.limits.usageWait)
        } else {
            attempts?.end(.clientGone)
        }
    }

    /// Its client has gone, and nothing is missing but what it used.
    public var endsSoon: Bool {
        outcome != nil || path?.isLeft == true || path?.isCounting == true
    }

    /// The client has heard nothing for a while: a stream gets a comment, if one can stand there.
    public func beat() {
        if outcome == nil { path?.beat() }
    }

    /// Ends an exchange under way from our side: the client gets the error as an answer, or as the last event of its stream.
    public func interrupt(_ error: ProxyError) {
        guard outcome == nil else { return }
        interruption = error
        path?.interrupt(error)
        work?.cancel()
        attempts?.end(error)
    }

    /// The exchange is over. What ends it can itself make the client go, so only the first word counts.
    func finish(_ came: Outcome) {
        guard outcome == nil else { return }
        let outcome = final(came)
        self.outcome = outcome
        guard let path, !path.settleUsage(outcome) else { return conclude(outcome) }
        perform {
            await path.countUsage(outcome)
            self.conclude(outcome)
        }
    }

    /// A client has all that it gets once a stage has ended its stream, and may go.
    private func final(_ came: Outcome) -> Outcome {
        let isGone = if case .clientGone = came { true } else { isCancelled }
        guard isGone else { return came }
        return path?.isEndedByStage == true ? .completed : .clientGone
    }

    /// Tells everybody of the end, once it is known what was used.
    private func conclude(_ outcome: Outcome) {
        path?.finish(outcome, provider: attempts?.provider?.name)
        writeRecord(outcome)
        attempts?.leaveProvider()
        attempts = nil
        work = nil
        writer.exchangeEnded()
    }

    private func writeRecord(_ outcome: Outcome) {
        var record = AccessRecord(id: id, client: client, method: method, route: routeName)
        record.clientName = caller?.name
        record.tls = tls
        record.operation = operation
        record.model = model
        record.isStreaming = isStreaming
        record.bytesIn = UInt64(bytesIn)
        record.bytesOut = writer.bytesWritten
        record.duration = services.clock.precise &- startedAt
        if let attempts {
            record.provider = attempts.provider?.name
            record.attempts = attempts.count
        }
        record.outcome = outcome.name
        if let error = outcome.error {
            record.errorCode = error.code
            record.errorDetail = error.detail
            record.limit = error.limit
            record.status = error.status
        } else if let reason = path?.endReason {
            record.errorCode = reason.code
            record.errorDetail = reason.detail
            record.limit = reason.limit
        }
        if let path {
            if path.hasStarted { record.status = path.status }
            if let first = path.firstByteAt {
                record.timeToFirstByte = first &- startedAt
                if path.events > 1 {
                    // Events are timed by the turn that brought them, which may have begun before the first byte was noted.
                    record.streamDuration = max(path.lastEventAt, first) &- first
                }
            }
            record.usage = path.consumption.usage
            record.usageSource = path.consumption.source
            record.cost = path.consumption.cost
            record.events = path.events
        }
        if case .clientGone = outcome { record.status = 499 }
        pipeline.records.finished(record)
    }

    /// A request that was refused before it was parsed is counted under the route that it meant.
    private var routeName: String {
        guard route == Self.unknownRoute, let head,
            let endpoint = pipeline.parsers.lazy.compactMap({ $0.endpoint(of: head) }).first
        else { return route }
        return endpoint.route
    }
}

extension ReceivedBody {
    /// What a parser gets of a body that is there.
    static func received(_ bytes: [UInt8], of head: RequestHead) -> ReceivedBody {
        bytes.isEmpty && head.framing == .none ? .none : .whole(bytes)
    }
}
