internal import SluiceCore
internal import SluiceWire

/// Tells the client how it stands with its limits, stops a stream that overruns them, and settles at the end.
struct RateLimitStage: ResponseStage {
    let reservation: Reservation
    /// Whose prices what is reserved further costs.
    let provider: String?
    let source: LimitSource
    let estimates: CompletionEstimates
    let context: ExchangeContext
    var overrun: Overrun?

    init(
        reservation: Reservation, provider: String?, source: LimitSource,
        estimates: CompletionEstimates, context: ExchangeContext, overrun: Overrun?
    ) {
        self.reservation = reservation
        self.provider = provider
        self.source = source
        self.estimates = estimates
        self.context = context
        self.overrun = overrun
    }

    var interest: ResponseInterest { overrun == nil ? .head : [.head, .events, .text] }

    mutating func head(_ head: inout ResponseHead) {
        context.limitStandings.write(to: &head.headers)
    }

    mutating func produced(_ text: ProducedText) {
        let held = reservation.completion
        overrun?.note(text, held: held)
    }

    mutating func event(_ event: ServerSentEvent) -> EventEdit {
        overrun?.note(event) == true ? .wait : .keep
    }

    mutating func resume() async throws -> EventEdit {
        guard var overrun else { return .keep }
        var refusal: LimitAnswer.Refusal?
        do {
            refusal = try await takeMore(&overrun)
        } catch {
            // The request was let in; a store that is lost since is no reason to cut it off.
            overrun.isOff = true
        }
        defer { self.overrun = overrun }
        guard let refusal else {
            overrun.goOn()
            return .keep
        }
        return overrun.end(refusal.stop(reservation.rules, source), held: reservation.completion)
    }

    /// Takes what comes next, and where there is less what there is.
    ///
    /// - Returns: nil where what has come has room.
    private func takeMore(_ overrun: inout Overrun) async throws -> LimitAnswer.Refusal? {
        let held = reservation.completion
        let needed = overrun.needed(held: held)
        var more = overrun.extent(held: held)
        while let refusal = try await extend(by: more) {
            guard more > needed else { return refusal }
            more = max(needed, more / 2)
        }
        overrun.note(taken: more)
        return nil
    }

    private func extend(by more: Int) async throws -> LimitAnswer.Refusal? {
        let cost = reservation.model.flatMap { model in
            let usage = TokenUsage(promptTokens: 0, completionTokens: more)
            return context.accounting.cost(of: usage, model: model, provider: provider)
        }
        return try await reservation.extend(by: more, cost: Money(cost ?? 0))
    }

    mutating func finish(_ outcome: Outcome, _ consumption: Consumption) {
        guard let usage = consumption.usage else {
            // Something was used, though nobody can say how much.
            let held = consumption.isAnswered ? reservation.held : (0, .zero)
            return reservation.settle(tokens: held.tokens, cost: held.cost)
        }
        reservation.settle(
            tokens: usage.promptTokens + usage.completionTokens,
            cost: Money(consumption.cost ?? 0))
        // A completion that was stopped would have been longer.
        if case .completed = outcome, overrun?.hasEnded != true, let model = reservation.model,
            usage.completionTokens > 0,
            let count = reservation.openCompletions
        {
            estimates.learn(usage.completionTokens / count, model: model)
        }
    }
}
