import SluiceJSON
import SluiceWire

/// The tries to have one request answered: which provider, where, with what credential, and whether there is another try.
///
/// A request is tried elsewhere only where nothing of it was sent, and again at the same place only after a 401 that a new credential
/// may mend: paid work is never asked for twice. It is the receiver of every attempt's answer.
final class Attempts {
    private struct UpstreamEnd {
        let error: ProxyError?
    }

    /// What goes on once something was waited for.
    private enum Pending {
        case attempt
        case answer(ProxyResponse)
        case renewal(UpstreamRefusal)
        case room
    }

    /// Broken by the exchange when it ends.
    private let exchange: Exchange
    private let path: ResponsePath
    private let dialect: any ClientDialect
    private let rest: (any IncomingBody)?
    /// There as long as it may have to be sent once more.
    private var request: ProxyRequest?

    private var candidates: [ConfiguredProvider] = []
    private var nextCandidate = 0
    /// Further addresses of the provider that may be tried.
    private var triesLeft = 0
    private var deadline: UInt64?
    private var mayRenew = true
    /// Why the attempt before did not succeed.
    private var last: ProxyError?
    private var base: UpstreamURL?
    /// Where the request of this attempt went, if that may change.
    private var sentTo: UpstreamURL?
    private var credential: Credential?
    private var hasEntered = false
    private var upstream: (any UpstreamExchange)?
    private var isUnderWay = false
    private var pending: Pending?
    /// An end that came while a stage was at work, which hears of it afterwards.
    private var endMeanwhile: UpstreamEnd?

    /// The one asked last.
    private(set) var provider: ConfiguredProvider?
    /// How often a provider was asked.
    private(set) var count = 0

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
            guard candidates.first?.needsNoAsking == true, let provider = nextProvider() else {
                return perform(.attempt)
            }
            guard provider.needsNoAsking else {
                triesLeft += 1
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
        candidates = try exchange.pipeline.routes.candidates(for: request?.model)
        if let total = candidates.first?.timeouts.total {
            deadline = exchange.services.clock.now &+ total.nanoseconds
        }
    }

    /// Ends the exchange with an upstream, if one is under way.
    func end(_ error: ProxyError) {
        upstream?.end(error)
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
        return outcome(of: last ?? .noProvider)
    }

    private func isRepeatable(_ error: ProxyError) -> Bool {
        // Without the request an answer had begun: it was paid for.
        error.retry == .elsewhere && !path.hasStarted && request != nil
    }

    /// The provider of the next try: the same as long as it has other addresses.
    private func nextProvider() -> ConfiguredProvider? {
        guard count < exchange.pipeline.limits.attempts else { return nil }
        if triesLeft > 0, let provider {
            triesLeft -= 1
            return provider
        }
        while nextCandidate < candidates.count {
            leaveProvider()
            let candidate = candidates[nextCandidate]
            nextCandidate += 1
            provider = candidate
            if candidate.enter() {
                hasEntered = true
                triesLeft = candidate.addressCount - 1
                return candidate
            }
            last = .providerBusy
        }
        return nil
    }

    /// Gives the place among the provider's exchanges back.
    func leaveProvider() {
        if hasEntered { provider?.leave() }
        hasEntered = false
    }

    private func attempt(_ provider: ConfiguredProvider) async throws(ProxyError) -> Outcome? {
        credential = try await credential(provider)
        guard let response = try send(provider) else { return nil }
        return try await answer(response)
    }

    /// - Returns: an answer, where the provider has one without an upstream.
    private func send(_ provider: ConfiguredProvider) throws(ProxyError) -> ProxyResponse? {
        count += 1
        guard let request else { return nil }
        let hidesUsage = asksUsage(request, provider)
        let action = try provider.dialect.action(
            for: hidesUsage ? request.askingForUsage() : request, base: base,
            credential: credential)
        switch consume action {
        case .answer(let response):
            path.begin(translator: nil, hidesUsage: hidesUsage)
            return response
        case .send(var upstreamRequest):
            // While an address or a credential was waited for there was no exchange to end.
            if path.writer.isClosed { throw .clientGone }
            if let interruption = exchange.interruption { throw interruption }
            upstreamRequest.forwarded = (request.headers, provider.headerPolicy)
            path.begin(
                translator: provider.dialect.makeTranslator(for: request), hidesUsage: hidesUsage,
                credential: credential)
            start(upstreamRequest, provider)
            return nil
        }
    }

    private func answer(_ response: ProxyResponse) async throws(ProxyError) -> Outcome {
        do {
            try await path.answer(response)
        } catch {
            throw ProxyError(converting: error)
        }
        return .completed
    }

    private func start(_ upstreamRequest: UpstreamRequest, _ provider: ConfiguredProvider) {
        isUnderWay = true
        sentTo = provider.fixedURL == nil ? upstreamRequest.url : nil
        let started = exchange.services.transport.start(
            upstreamRequest, rest: rest, provider: provider, deadline: deadline, receiver: self)
        // Some are over at once.
        if isUnderWay { upstream = started }
    }

    /// Does in a task what has to wait.
    private func perform(_ next: Pending) {
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

    private func makeRoom() async -> Outcome? {
        do throws(ProxyError) {
            try await path.resumeStages()
            if endMeanwhile == nil {
                await path.writer.waitForRoom()
                if path.writer.isClosed { throw .clientGone }
                upstream?.resume()
            }
        } catch {
            upstream?.end(error)
        }
        guard let end = endMeanwhile else { return nil }
        endMeanwhile = nil
        return settle(end.error)
    }

    // MARK: What an attempt needs

    /// Streams report usage only when asked: we ask where the provider can, and hide the answer from a client that did not.
    private func asksUsage(_ request: ProxyRequest, _ provider: ConfiguredProvider) -> Bool {
        request.isStreaming && !request.wantsUsage && provider.dialect.reportsStreamUsage
            && (request.endpoint == .chatCompletions || request.endpoint == .completions)
    }

    private func address(_ provider: ConfiguredProvider) async throws(ProxyError) -> UpstreamURL? {
        if let fixed = provider.fixedURL { return fixed }
        guard let urls = provider.urls, let request else { return nil }
        do {
            return try await urls.url(for: request, attempt: count, context: exchange.context)
        } catch {
            throw .unavailable("address", error)
        }
    }

    private func credential(
        _ provider: ConfiguredProvider
    ) async throws(ProxyError) -> Credential? {
        if let fixed = provider.fixedCredential { return fixed }
        guard let tokens = provider.tokens, let request else { return nil }
        do {
            return try await tokens.credential(for: request.headers, context: exchange.context)
        } catch {
            throw .unavailable("credential", error)
        }
    }

    // MARK: Ends

    /// What the end of an upstream exchange means.
    ///
    /// - Returns: nil when there is another attempt.
    private func settle(_ error: ProxyError?) -> Outcome? {
        do throws(ProxyError) {
            return try concluded(error)
        } catch {
            return afterFailure(error)
        }
    }

    /// - Returns: nil when there is another attempt, which is under way then.
    private func afterFailure(_ error: ProxyError) -> Outcome? {
        guard isRepeatable(error) else { return outcome(of: error) }
        last = error
        perform(.attempt)
        return nil
    }

    private func concluded(_ error: ProxyError?) throws(ProxyError) -> Outcome? {
        if let error, !path.isOver { throw error }
        guard let refusal = try path.conclude() else {
            return path.reportedError.map(Outcome.failed) ?? .completed
        }
        if refusal.head.status == 401, mayRenew, rest == nil, credential != nil,
            provider?.tokens != nil
        {
            perform(.renewal(refusal))
            return nil
        }
        return answer(with: refusal)
    }

    private func answer(with refusal: UpstreamRefusal) -> Outcome {
        let (status, headers, body) = refusal.answer(credential: credential, dialect: dialect)
        path.send(status: status, headers: headers, body: body)
        return .failed(refusal.error)
    }

    /// Answers the client with what ended the last attempt.
    private func outcome(of error: ProxyError) -> Outcome {
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

extension Attempts: ResponseReceiver {
    func receive(_ head: consuming ResponseHead) -> ReceiveDecision {
        // Only a refusal can lead to another attempt.
        if 200..<300 ~= head.status { request = nil }
        return path.receive(head)
    }

    func receive(_ bytes: Span<UInt8>) -> ReceiveDecision {
        path.receive(bytes)
    }

    func receivedAll() -> ReceiveDecision {
        let decision = path.receivedAll()
        if decision == .wait { perform(.room) }
        return decision
    }

    func ended(_ error: ProxyError?) {
        isUnderWay = false
        upstream = nil
        if let sentTo { provider?.urls?.report(sentTo, error: error) }
        if path.isInStage {
            endMeanwhile = UpstreamEnd(error: error)
        } else if let outcome = settle(error) {
            exchange.finish(outcome)
        }
    }
}

extension ProxyRequest {
    /// With the usage chunk asked for.
    fileprivate func askingForUsage() -> ProxyRequest {
        var request = self
        if request.json?.root["stream_options"]?.isObject == true {
            request.json?.set(["stream_options", "include_usage"], to: .bool(true))
        } else {
            request.json?.set("stream_options", to: .object([("include_usage", .bool(true))]))
        }
        return request
    }
}

extension ProxyError {
    fileprivate static let noProvider = cannotConnect("no provider")

    static let providerBusy = ProxyError(
        status: 503, code: "provider_busy", fault: .proxy, retry: .after(seconds: 1),
        message: "Too many requests to this provider are in progress.")

    /// An address or a credential could not be had; errors of our own kind pass as they are.
    fileprivate static func unavailable(_ what: String, _ error: any Error) -> ProxyError {
        if let error = error as? ProxyError { return error }
        return ProxyError(
            status: 502, code: "provider_\(what)_unavailable", fault: .proxy, retry: .elsewhere,
            message: "The provider's \(what) is not available.", detail: "\(error)")
    }
}
