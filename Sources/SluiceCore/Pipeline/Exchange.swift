public import SluiceWire

/// One request and its answer: the straight line through the pipeline.
///
/// It lives on the loop of its connection and is used by one task.
public final class Exchange {
    /// The route of requests that no parser knows.
    private static let unknownRoute = "unknown"

    private let pipeline: Pipeline
    private let head: RequestHead
    private let body: any IncomingBody
    private let writer: any ResponseWriter
    private let services: LoopServices
    private let context: ExchangeContext
    private let startedAt: UInt64
    private var record: AccessRecord
    private var path: ResponsePath?
    private var isCancelled = false
    private var interruption: ProxyError?

    /// - Parameters:
    ///   - id: from ``RequestID``.
    ///   - client: the client's address without its port.
    ///   - startedAt: nanoseconds of the loop's clock when the request's first byte came.
    public init(
        _ head: RequestHead, body: any IncomingBody, id: String, client: String,
        startedAt: UInt64, writer: any ResponseWriter, services: LoopServices, pipeline: Pipeline
    ) {
        self.pipeline = pipeline
        self.head = head
        self.body = body
        self.writer = writer
        self.services = services
        self.startedAt = startedAt
        context = ExchangeContext(
            id: id, clientAddress: client, logger: pipeline.logger, fetcher: services.fetcher)
        record = AccessRecord(
            id: id, client: client, method: head.method.description, route: Self.unknownRoute)
    }

    /// Answers the request, whatever happens, and writes its record.
    public func run() async -> Outcome {
        pipeline.records.started()
        writer.onClientGone = { [unowned self] in clientIsGone() }
        let outcome = await answer()
        writer.onClientGone = nil
        finish(outcome)
        return outcome
    }

    private func clientIsGone() {
        isCancelled = true
        if let path { services.transport.cancel(path) }
    }

    /// Ends an exchange under way from our side: the client gets the error as an answer, or as the last event of its stream.
    public func interrupt(_ error: ProxyError) {
        interruption = error
        guard let path else { return }
        path.interrupt(error)
        services.transport.cancel(path)
    }

    @inline(__always)
    private func answer() async -> Outcome {
        var dialect = pipeline.fallbackDialect
        if writer.isClosed { return .clientGone }
        do {
            if let endpoint = pipeline.endpoints.first(where: { $0.serves(head) }) {
                record.route = endpoint.route
                let response = try await endpoint.answer(head, context: context)
                try await send(response, on: localPath(dialect))
                return .completed
            }
            let (parser, plan) = try pipeline.parser(for: head)
            dialect = parser.dialect
            for processor in pipeline.processors {
                try await processor.screen(head, context: context)
            }
            let request = try parser.parse(head, body: await receiveBody(plan, parser))
            return try await process(request, dialect: parser.dialect)
        } catch {
            return refuse(ProxyError(converting: error), dialect: dialect)
        }
    }

    // MARK: Request

    private func receiveBody(
        _ plan: BodyPlan, _ parser: any RequestParser
    ) async throws(ProxyError) -> ReceivedBody {
        if plan == .whole {
            let bytes = try await body.collect(upTo: pipeline.limits.body)
            record.bytesIn = UInt64(bytes.count)
            return bytes.isEmpty && head.framing == .none ? .none : .whole(bytes)
        }
        var beginning: [UInt8] = []
        var isEnd = false
        while parser.decideHold(head, beginning: beginning) == .more,
            beginning.count <= pipeline.limits.heldUpload
        {
            guard let piece = try await body.next() else {
                isEnd = true
                break
            }
            beginning += piece
        }
        record.bytesIn = UInt64(beginning.count)
        return .beginning(beginning, totalLength: body.totalLength, isEnd: isEnd)
    }

    @inline(__always)
    private func process(
        _ parsed: ProxyRequest, dialect: any ClientDialect
    ) async throws -> Outcome {
        var request = parsed
        record.route = request.endpoint.route
        record.operation = request.endpoint.operation
        record.isStreaming = request.isStreaming
        record.model = request.model
        var stages: [any ResponseStage] = []
        for processor in pipeline.processors {
            let decision: Decision
            do {
                decision = try await processor.process(&request, context: context)
            } catch {
                // The stages made so far hear of the refusal, and may change its head.
                _ = makePath(request, dialect: dialect, stages: stages)
                throw error
            }
            if isCancelled {
                // Nobody reads an answer, but the stages made so far hear of the end.
                _ = makePath(request, dialect: dialect, stages: stages)
                return .clientGone
            }
            if let interruption {
                _ = makePath(request, dialect: dialect, stages: stages)
                throw interruption
            }
            if let stage = processor.makeResponseStage(for: request, context: context) {
                stages.insert(stage, at: 0)
            }
            if case .respond(let response) = decision {
                let path = makePath(request, dialect: dialect, stages: stages)
                try await send(response, on: path)
                return .completed
            }
        }
        record.model = request.model
        let path = makePath(request, dialect: dialect, stages: stages)
        let attempts = Attempts(
            request: request, rest: request.body.isStream ? body : nil, routes: pipeline.routes,
            limits: pipeline.limits, path: path, dialect: dialect, services: services,
            context: context)
        let outcome = await attempts.run()
        record.provider = attempts.provider?.name
        record.attempts = attempts.count
        return isCancelled ? .clientGone : outcome
    }

    // MARK: Answer

    private func makePath(
        _ request: ProxyRequest, dialect: any ClientDialect, stages: [any ResponseStage]
    ) -> ResponsePath {
        let path = ResponsePath(
            request: request, dialect: dialect, stages: StageChain(stages), writer: writer,
            clock: services.clock, limits: pipeline.limits)
        self.path = path
        return path
    }

    private func localPath(_ dialect: (any ClientDialect)?) -> ResponsePath {
        let request = ProxyRequest(
            endpoint: .other("local"), method: head.method, path: head.path, model: nil, body: .none
        )
        return makePath(request, dialect: dialect ?? PlainDialect(), stages: [])
    }

    private func send(_ response: ProxyResponse, on path: ResponsePath) async throws {
        try await path.answer(response)
        if writer.isClosed { throw ProxyError.clientGone }
    }

    private func refuse(_ error: ProxyError, dialect: (any ClientDialect)?) -> Outcome {
        if isCancelled || writer.isClosed { return .clientGone }
        let path = self.path ?? localPath(dialect)
        // Where we ended the exchange ourselves, whatever that made fail is not the reason.
        let reason = interruption ?? error
        if path.hasStarted {
            path.fail(reason)
        } else {
            path.refuse(reason)
        }
        if let interruption { return .aborted(interruption) }
        return error.fault == .client ? .refused(error) : .failed(error)
    }

    private func finish(_ outcome: Outcome) {
        if record.route == Self.unknownRoute,
            let endpoint = pipeline.parsers.lazy.compactMap({ [head] in $0.endpoint(of: head) })
                .first
        {
            record.route = endpoint.route
        }
        path?.finish(outcome)
        record.outcome = outcome.name
        record.errorCode = outcome.error?.code
        record.errorDetail = outcome.error?.detail
        record.status = path?.hasStarted == true ? path?.status ?? 0 : outcome.error?.status ?? 0
        if case .clientGone = outcome { record.status = 499 }
        record.bytesOut = writer.bytesWritten
        record.duration = services.clock.precise &- startedAt
        record.timeToFirstByte = path?.firstByteAt.map { $0 &- startedAt }
        record.usage = path?.usage
        record.usageSource = record.usage == nil ? nil : "provider"
        record.events = path?.events ?? 0
        if let path, path.events > 1, let first = path.firstByteAt {
            record.streamDuration = path.lastEventAt &- first
        }
        pipeline.records.finished(record)
    }
}

extension RequestBody {
    var isStream: Bool { if case .stream = self { true } else { false } }
}
