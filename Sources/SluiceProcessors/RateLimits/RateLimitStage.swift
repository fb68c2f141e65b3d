internal import SluiceCore
internal import SluiceWire

/// Tells the client how it stands with its limits, stops a stream that overruns them, and settles at the end.
struct RateLimitStage: ResponseStage {
    let reservation: Reservation
    /// Whose prices what is reserved further costs.
    let provider: String?
    let estimates: CompletionEstimates
    let context: ExchangeContext
    var overrun: Overrun?

    init(
        reservation: Reservation, provider: String?, estimates: CompletionEstimates,
        context: ExchangeContext, overrun: Overrun?
    ) {
        self.reservation = reservation
        self.provider = provider
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
        let more = overrun.extent(held: reservation.completion)
        let cost = reservation.model.flatMap { model in
            let usage = TokenUsage(promptTokens: 0, completionTokens: more)
            return context.accounting.cost(of: usage, model: model, provider: provider)
        }
        let isExtended: Bool
        do {
            isExtended = try await reservation.extend(by: more, cost: Money(cost ?? 0))
        } catch {
            // The request was let in; a store that is lost since is no reason to cut it off.
            isExtended = true
            overrun.isOff = true
        }
        if isExtended { overrun.goOn() }
        self.overrun = overrun
        return isExtended ? .keep : overrun.end()
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
        if case .completed = outcome, let model = reservation.model, usage.completionTokens > 0,
            let count = reservation.openCompletions
        {
            estimates.learn(usage.completionTokens / count, model: model)
        }
    }
}
