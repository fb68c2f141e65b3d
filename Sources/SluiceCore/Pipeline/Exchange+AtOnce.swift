import SluiceWire

/// Processors on the way without a task.
extension Exchange {
    /// Lets the processors work on a request, and asks the providers. From where something has to be waited for it goes on in a task.
    func processAtOnce(
        _ request: ProxyRequest, _ head: RequestHead, _ processors: [any ImmediateProcessor],
        dialect: any ClientDialect
    ) {
        var underWay = RequestUnderWay(request)
        do {
            for processor in processors {
                guard
                    let decision = try processor.processAtOnce(&underWay.request, context: context)
                else {
                    return goOn(head, dialect) { [underWay] in
                        try await self.process(underWay, rest: nil, dialect: dialect)
                    }
                }
                if let stage = processor.makeResponseStage(
                    for: underWay.request, context: context)
                {
                    underWay.stages.insert(stage, at: 0)
                }
                underWay.processed += 1
                if case .respond(let response) = decision {
                    let path = makePath(
                        underWay.request, dialect: dialect, stages: underWay.stages)
                    return goOn(head, dialect) {
                        try await self.send(response, on: path)
                        return .completed
                    }
                }
            }
        } catch {
            _ = makePath(underWay.request, dialect: dialect, stages: underWay.stages)
            return finish(refuse(ProxyError(converting: error), head, dialect: dialect))
        }
        model = underWay.request.model
        askAtOnce(underWay.request, stages: underWay.stages, dialect: dialect)
    }

    private func goOn(
        _ head: RequestHead, _ dialect: any ClientDialect,
        _ step: nonisolated(nonsending) @escaping () async throws -> Outcome?
    ) {
        perform {
            do {
                if let outcome = try await step() { self.finish(outcome) }
            } catch {
                self.finish(
                    self.refuse(ProxyError(converting: error), head, dialect: dialect))
            }
        }
    }
}
