import SluiceWire

/// The way in: local endpoints, then parser → processors → providers.
extension Exchange {
    /// - Returns: nil when an upstream is at work.
    func answer(_ head: RequestHead, _ body: any IncomingBody) async -> Outcome? {
        var dialect = pipeline.fallbackDialect
        if writer.isClosed { return .clientGone }
        do {
            if let endpoint = pipeline.endpoint(for: head) {
                route = endpoint.route
                if endpoint.needsClient { try await admit(head) }
                var bytes: [UInt8] = []
                if endpoint.readsBody {
                    bytes = try await body.collect(upTo: pipeline.limits.body)
                    bytesIn = bytes.count
                }
                defer { model = madeContext?.notedModel }
                let response = try await endpoint.answer(head, body: bytes, context: context)
                try await send(response, on: localPath(head, dialect))
                return .completed
            }
            // A refused key is answered in the dialect of the path, and before the path is found fault with.
            let found = Result { () throws(ProxyError) in try pipeline.parser(for: head) }
            if case .success((let parser, _)) = found { dialect = parser.dialect }
            try await admit(head)
            let (parser, plan) = try found.get()
            if let caller, caller.isBoundToModels { try caller.check(parser.endpoint(of: head)) }
            for processor in pipeline.processors {
                try await processor.screen(head, context: context)
            }
            let received = try await receive(body, of: head, plan, parser)
            let request = try parser.parse(head, body: received)
            return try await process(request, rest: body, dialect: parser.dialect)
        } catch {
            return refuse(ProxyError(converting: error), head, dialect: dialect)
        }
    }

    /// Learns who asks, where only clients may.
    private func admit(_ head: RequestHead) async throws(ProxyError) {
        guard let clients = pipeline.clients, caller == nil else { return }
        var finding = clients.find(head.headers)
        if case .unverified(let key) = finding {
            finding = await clients.verify(key, from: client)
            if isCancelled || writer.isClosed { throw .clientGone }
            if let interruption { throw interruption }
        }
        switch finding {
        case .client(let client): caller = client
        case .refused(let error, let client):
            caller = client
            throw error
        case .unverified: throw .keysBusy
        }
    }

    private func receive(
        _ body: any IncomingBody, of head: RequestHead, _ plan: BodyPlan,
        _ parser: any RequestParser
    ) async throws(ProxyError) -> ReceivedBody {
        if plan == .whole {
            if let wholeBody { return .received(wholeBody, of: head) }
            let bytes = try await body.collect(upTo: pipeline.limits.body)
            bytesIn = bytes.count
            return .received(bytes, of: head)
        }
        var beginning: [UInt8] = []
        var isEnd = false
        // Nothing may follow that names another model.
        let isWhole = caller?.isBoundToModels == true
        let limit = isWhole ? pipeline.limits.body : pipeline.limits.heldUpload
        if isWhole, let length = body.totalLength, length > UInt64(limit) { throw .bodyTooLarge }
        while isWhole || parser.decideHold(head, beginning: beginning) == .more,
            beginning.count <= limit
        {
            guard let piece = try await body.next() else {
                isEnd = true
                break
            }
            beginning += piece
        }
        bytesIn = beginning.count
        if isWhole {
            guard isEnd else { throw .bodyTooLarge }
            return .heldWhole(beginning)
        }
        return .beginning(beginning, totalLength: body.totalLength, isEnd: isEnd)
    }

    private func process(
        _ request: ProxyRequest, rest: any IncomingBody, dialect: any ClientDialect
    ) async throws -> Outcome? {
        describe(request)
        try caller?.check(request)
        return try await process(
            RequestUnderWay(request), rest: request.body.isStream ? rest : nil, dialect: dialect)
    }

    /// Lets the processors work on a request, from where they stopped.
    ///
    /// - Parameter rest: of the body, where it is a stream.
    func process(
        _ begun: RequestUnderWay, rest: (any IncomingBody)?, dialect: any ClientDialect
    ) async throws -> Outcome? {
        var (request, stages) = (begun.request, begun.stages)
        for processor in pipeline.processors[begun.processed...] {
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
        return await forward(request, rest: rest, on: path, dialect: dialect)
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
            clock: services.clock, limits: pipeline.limits, accounting: pipeline.accounting)
        if let note = madeContext?.promptNote { path.learn(note, of: request) }
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

    func send(_ response: ProxyResponse, on path: ResponsePath) async throws {
        try await path.answer(response)
        if writer.isClosed { throw ProxyError.clientGone }
    }

    func refuse(
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
        // A 503 of the proxy's own says nothing about a provider.
        let isRefusal = error.fault == .client || error.fault == .proxy && error.status == 503
        return isRefusal ? .refused(error) : .failed(error)
    }
}

extension RequestBody {
    var isStream: Bool { if case .stream = self { true } else { false } }
}
