import SluiceJSON
import SluiceWire

/// The tries to have one request answered: which provider, where, with what credential, and whether there is another try.
///
/// A request is tried elsewhere only where nothing of it was sent, and again at the same place only after a 401 that a new credential
/// may mend: paid work is never asked for twice. It is the receiver of every attempt's answer.
final class Attempts {
    struct UpstreamEnd {
        let error: ProxyError?
    }

    /// What goes on once something was waited for.
    enum Pending {
        case attempt
        case answer(ProxyResponse)
        case renewal(UpstreamRefusal)
        /// A count of what was used, before the answer's end.
        case count
        case room
    }

    /// Broken by the exchange when it ends.
    let exchange: Exchange
    let path: ResponsePath
    let dialect: any ClientDialect
    let rest: (any IncomingBody)?
    /// There as long as it may have to be sent once more.
    var request: ProxyRequest?

    private var turns = ProviderTurns([])
    private(set) var deadline: UInt64?
    private(set) var mayRenew = true
    /// Why the attempt before did not succeed.
    private var last: ProxyError?
    var base: UpstreamURL?
    /// Where the request of this attempt went, if that may change.
    var sentTo: UpstreamURL?
    var credential: Credential?
    var upstream: (any UpstreamExchange)?
    var isUnderWay = false
    private var pending: Pending?
    /// An end that came while a stage was at work, which hears of it afterwards.
    var endMeanwhile: UpstreamEnd?

    /// How often a provider was asked.
    var count = 0
    /// The one asked last.
    var provider: ConfiguredProvider? { turns.provider }

    init(
        _ request: ProxyRequest, rest: (any IncomingBody)?, exchange: Exchange,
        path: ResponsePath, dialect: any ClientDialect
    ) {
        self.request = request
        self.rest = rest
        self.exchange = exchange
        self.path = path
        self.dialect = dialect
    }

    /// - Returns: nil when an upstream is at work, or has been; its end is reported to the exchange.
    func begin() async -> Outcome? {
        do throws(ProxyError) {
            try findCandidates()
        } catch {
            return outcome(of: error)
        }
        return await proceed()
    }

    /// Like ``begin()`` without a task, as far as that goes: what has to be waited for gets one.
    func beginAtOnce() {
        do throws(ProxyError) {
            try findCandidates()
            guard turns.first?.needsNoAsking == true, let provider = nextProvider() else {
                return perform(.attempt)
            }
            guard provider.needsNoAsking else {
                turns.putBack()
                return perform(.attempt)
            }
            base = provider.fixedURL
            credential = provider.fixedCredential
            if let response = try send(provider) { perform(.answer(response)) }
        } catch {
            if let outcome = afterFailure(error) { exchange.finish(outcome) }
        }
    }

    private func findCandidates() throws(ProxyError) {
        let routes = exchange.caller?.routes ?? exchange.pipeline.routes
        if let model = request?.model {
            turns = ProviderTurns(try routes.candidates(for: model))
        } else if let request {
            turns = ProviderTurns([try routes.providerWithoutModel(for: request)])
        }
        if let total = turns.first?.timeouts.total {
            deadline = exchange.services.clock.now &+ total.nanoseconds
        }
    }

    private func nextProvider() -> ConfiguredProvider? {
        guard count < exchange.pipeline.limits.attempts else { return nil }
        return turns.next()
    }

    /// Gives the place among the provider's exchanges back.
    func leaveProvider() {
        turns.leave()
    }

    /// Ends the exchange with an upstream, if one is under way.
    func end(_ error: ProxyError) {
        upstream?.end(error)
    }

    func end(_ error: ProxyError, after time: UInt64) {
        upstream?.end(error, after: time)
    }

    // MARK: One attempt after another

    private func proceed() async -> Outcome? {
        while let provider = nextProvider() {
            do throws(ProxyError) {
                base = try await address(provider)
                mayRenew = true
                return try await attempt(provider)
            } catch {
                guard isRepeatable(error) else { return outcome(of: error) }
                last = error
            }
        }
        return outcome(of: turns.wasBusy ? .providerBusy : last ?? .noProvider)
    }

    private func isRepeatable(_ error: ProxyError) -> Bool {
        // Without the request an answer had begun: it was paid for.
        error.retry == .elsewhere && path.isUnanswered && request != nil
    }

    private func attempt(_ provider: ConfiguredProvider) async throws(ProxyError) -> Outcome? {
        credential = try await credential(provider)
        guard let response = try send(provider) else { return nil }
        return try await answer(response)
    }

    private func answer(_ response: ProxyResponse) async throws(ProxyError) -> Outcome {
        do {
            try await path.answer(response)
        } catch {
            throw ProxyError(converting: error)
        }
        return .completed
    }

    /// Does in a task what has to wait.
    func perform(_ next: Pending) {
        pending = next
        exchange.perform(goOn)
    }

    private func goOn() async {
        let next = pending
        pending = nil
        // The exchange can end before this has its turn, and then nothing may follow: neither a stage's event nor a byte.
        guard exchange.outcome == nil else { return }
        let outcome: Outcome? =
            switch next {
            case .attempt: await proceed()
            case .answer(let response): await answerHere(response)
            case .renewal(let refusal): await renew(refusal)
            case .count: await conclude()
            case .room: await makeRoom()
            case nil: nil
            }
        if let outcome { exchange.finish(outcome) }
    }

    /// Asks once more with a new credential, if there is one that may mend the refusal.
    private func renew(_ refusal: UpstreamRefusal) async -> Outcome? {
        guard let provider, let credential, let tokens = provider.tokens,
            await tokens.reject(credential, context: exchange.context)
        else { return answer(with: refusal) }
        mayRenew = false
        do throws(ProxyError) {
            return try await attempt(provider)
        } catch {
            return afterFailure(error)
        }
    }

    private func answerHere(_ response: ProxyResponse) async -> Outcome? {
        do throws(ProxyError) {
            return try await answer(response)
        } catch {
            return afterFailure(error)
        }
    }

    /// Ends the answer, once it is known what was used.
    private func conclude() async -> Outcome? {
        await path.countUsage(nil)
        return settle(nil)
    }

    private func makeRoom() async -> Outcome? {
        do throws(ProxyError) {
            try await path.resumeStages()
            if path.isEndedByStage {
                upstream?.end(.endedByStage)
            } else if endMeanwhile == nil {
                await path.writer.waitForRoom()
                if path.writer.isClosed { throw .clientGone }
                upstream?.resume()
            }
        } catch {
            if path.isLeft { upstream?.resume() } else { upstream?.end(error) }
        }
        guard let end = endMeanwhile else { return nil }
        endMeanwhile = nil
        return settle(end.error)
    }

    // MARK: Ends

    /// - Returns: nil when there is another attempt, which is under way then.
    func afterFailure(_ error: ProxyError) -> Outcome? {
        guard isRepeatable(error) else { return outcome(of: error) }
        last = error
        perform(.attempt)
        return nil
    }

    /// Answers the client with what ended the last attempt.
    func outcome(of error: ProxyError) -> Outcome {
        if path.writer.isClosed { return .clientGone }
        if let interruption = exchange.interruption {
            path.hasStarted ? path.fail(interruption) : path.refuse(interruption)
            return .aborted(interruption)
        }
        if path.hasStarted {
            path.fail(error)
        } else {
            path.refuse(error)
        }
        return error.fault == .client ? .refused(error) : .failed(error)
    }
}

extension ProxyError {
    fileprivate static let noProvider = cannotConnect("no provider")

    /// What an upstream is left with whose stream a stage has ended.
    fileprivate static let endedByStage = ProxyError(
        status: 200, code: "stream_ended", fault: .proxy, message: "The stream was ended.")

    static let providerBusy = ProxyError(
        status: 503, code: "provider_busy", fault: .proxy, retry: .after(seconds: 1),
        message: "Too many requests to this provider are in progress.")
}
