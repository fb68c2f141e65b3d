import SluiceWire

/// The way in: local endpoints, then parser → processors → providers.
extension Exchange {
    /// - Returns: nil when an upstream is at work.
    func answer(_ incoming: IncomingRequest) async -> Outcome? {
        var dialect = pipeline.fallbackDialect
        if writer.isClosed { return .clientGone }
        do {
            if let endpoint = pipeline.endpoint(for: incoming.head) {
                route = endpoint.route
                let response = try await endpoint.answer(incoming.head, context: context)
                try await send(response, on: localPath(incoming.head, dialect))
                return .completed
            }
            let (parser, plan) = try pipeline.parser(for: incoming.head)
            dialect = parser.dialect
            for processor in pipeline.processors {
                try await processor.screen(incoming.head, context: context)
            }
            let body = try await receiveBody(incoming, plan, parser)
            let request = try parser.parse(incoming.head, body: body)
            return try await process(request, of: incoming, dialect: parser.dialect)
        } catch {
            return refuse(ProxyError(converting: error), incoming.head, dialect: dialect)
        }
    }

    private func receiveBody(
        _ incoming: IncomingRequest, _ plan: BodyPlan, _ parser: any RequestParser
    ) async throws(ProxyError) -> ReceivedBody {
        if plan == .whole {
            if let whole = incoming.whole { return incoming.received(whole) }
            let bytes = try await incoming.body.collect(upTo: pipeline.limits.body)
            bytesIn = bytes.count
            return incoming.received(bytes)
        }
        var beginning: [UInt8] = []
        var isEnd = false
        while parser.decideHold(incoming.head, beginning: beginning) == .more,
            beginning.count <= pipeline.limits.heldUpload
        {
            guard let piece = try await incoming.body.next() else {
                isEnd = true
                break
            }
            beginning += piece
        }
        bytesIn = beginning.count
        return .beginning(beginning, totalLength: incoming.body.totalLength, isEnd: isEnd)
    }

    private func process(
        _ parsed: ProxyRequest, of incoming: IncomingRequest, dialect: any ClientDialect
    ) async throws -> Outcome? {
        var request = parsed
        describe(request)
        var stages: [any ResponseStage] = []
        for processor in pipeline.processors {
            let decision: Decision
            do {
                decision = try await processor.process(&request, context: context)
                if isCancelled { throw ProxyError.clientGone }
                if let interruption { throw interruption }
            } catch {
                // The stages made so far hear of the end, and may change the head of a refusal.
                _ = makePath(request, dialect: dialect, stages: stages)
                throw error
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
        if !pipeline.processors.isEmpty { model = request.model }
        let path = makePath(request, dialect: dialect, stages: stages)
        return await forward(
            request, rest: request.body.isStream ? incoming.body : nil, on: path, dialect: dialect)
    }

    func describe(_ request: ProxyRequest) {
        route = request.endpoint.route
        operation = request.endpoint.operation
        isStreaming = request.isStreaming
        model = request.model
    }

    // MARK: Answers of our own

    func makePath(
        _ request: ProxyRequest, dialect: any ClientDialect, stages: [any ResponseStage]
    ) -> ResponsePath {
        let path = ResponsePath(
            request: request, dialect: dialect, stages: StageChain(stages), writer: writer,
            clock: services.clock, limits: pipeline.limits)
        self.path = path
        return path
    }

    private func localPath(
        _ head: RequestHead, _ dialect: (any ClientDialect)?
    ) -> ResponsePath {
        let request = ProxyRequest(
            endpoint: .other("local"), method: head.method, path: head.path, model: nil, body: .none
        )
        return makePath(request, dialect: dialect ?? PlainDialect(), stages: [])
    }

    private func send(_ response: ProxyResponse, on path: ResponsePath) async throws {
        try await path.answer(response)
        if writer.isClosed { throw ProxyError.clientGone }
    }

    private func refuse(
        _ error: ProxyError, _ head: RequestHead, dialect: (any ClientDialect)?
    ) -> Outcome {
        if isCancelled || writer.isClosed { return .clientGone }
        let path = self.path ?? localPath(head, dialect)
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
}

extension RequestBody {
    var isStream: Bool { if case .stream = self { true } else { false } }
}
