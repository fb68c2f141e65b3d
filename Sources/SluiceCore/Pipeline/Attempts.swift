internal import SluiceJSON
internal import SluiceWire

/// The tries to have one request answered: which provider, where, with what credential, and whether there is another try.
///
/// A request is tried elsewhere only where nothing of it was sent, and again at the same place only after a 401 that a new credential
/// may mend: paid work is never asked for twice.
///
/// Its steps are inlined into one function: a waiting async function keeps about a kilobyte, and these wait as long as the answer streams.
final class Attempts {
    private let request: ProxyRequest
    private let rest: (any IncomingBody)?
    private let routes: Routes
    private let limits: PipelineLimits
    private let path: ResponsePath
    private let dialect: any ClientDialect
    private let services: LoopServices
    private let context: ExchangeContext
    private(set) var provider: ConfiguredProvider?
    private(set) var count = 0

    init(
        request: ProxyRequest, rest: (any IncomingBody)?, routes: Routes, limits: PipelineLimits,
        path: ResponsePath, dialect: any ClientDialect, services: LoopServices,
        context: ExchangeContext
    ) {
        self.request = request
        self.rest = rest
        self.routes = routes
        self.limits = limits
        self.path = path
        self.dialect = dialect
        self.services = services
        self.context = context
    }

    @inline(__always)
    func run() async -> Outcome {
        do {
            let candidates = try routes.candidates(for: request.model)
            var deadline: UInt64?
            if let total = candidates.first?.timeouts.total {
                deadline = services.clock.now &+ total.nanoseconds
            }
            return try await tryAll(candidates, deadline: deadline)
        } catch {
            return end(error)
        }
    }

    @inline(__always)
    private func tryAll(
        _ candidates: [ConfiguredProvider], deadline: UInt64?
    ) async throws(ProxyError) -> Outcome {
        var last = ProxyError.cannotConnect("no provider")
        for provider in candidates {
            self.provider = provider
            guard provider.enter() else {
                last = .providerBusy
                continue
            }
            defer { provider.leave() }
            for _ in 0..<(provider.urls?.count ?? 1) where count < limits.attempts {
                do {
                    return try await attempt(provider, deadline: deadline)
                } catch  where error.retry == .elsewhere && !path.hasStarted {
                    last = error
                }
            }
        }
        throw last
    }

    /// One attempt at one address, repeated once when a new credential may mend a 401.
    @inline(__always)
    private func attempt(
        _ provider: ConfiguredProvider, deadline: UInt64?
    ) async throws(ProxyError) -> Outcome {
        let base = try await address(provider)
        var mayRenew = true
        while true {
            count += 1
            let credential = try await credential(provider)
            let action = try provider.dialect.action(
                for: requestToSend(provider), base: base, credential: credential)
            switch action {
            case .answer(let response):
                return try await answer(response, provider)
            case .send(let upstreamRequest):
                guard
                    let refusal = try await exchange(
                        upstreamRequest, provider: provider, credential: credential,
                        deadline: deadline)
                else { return path.reportedError.map(Outcome.failed) ?? .completed }
                if refusal.head.status == 401, mayRenew, rest == nil, let credential,
                    let tokens = provider.tokens,
                    await tokens.reject(credential, context: context)
                {
                    mayRenew = false
                    continue
                }
                let (status, headers, body) = refusal.answer(
                    credential: credential, dialect: dialect)
                path.send(status: status, headers: headers, body: body)
                return .failed(refusal.error)
            }
        }
    }

    @inline(__always)
    private func exchange(
        _ upstreamRequest: UpstreamRequest, provider: ConfiguredProvider, credential: Credential?,
        deadline: UInt64?
    ) async throws(ProxyError) -> UpstreamRefusal? {
        // While an address or a credential was waited for there was no exchange to cancel.
        if path.writer.isClosed { throw .clientGone }
        if let interruption = path.interruption { throw interruption }
        var upstreamRequest = upstreamRequest
        upstreamRequest.forwarded = (request.headers, provider.headerPolicy)
        path.begin(
            translator: provider.dialect.makeTranslator(for: request),
            hidesUsage: asksUsage(provider), credential: credential)
        do {
            try await services.transport.exchange(
                upstreamRequest, rest: rest, provider: provider, deadline: deadline, receiver: path)
        } catch {
            provider.urls?.report(upstreamRequest.url, error: error)
            if path.isOver { return try path.conclude() }
            throw error
        }
        provider.urls?.report(upstreamRequest.url, error: nil)
        return try path.conclude()
    }

    private func answer(
        _ response: ProxyResponse, _ provider: ConfiguredProvider
    ) async throws(ProxyError) -> Outcome {
        path.begin(translator: nil, hidesUsage: asksUsage(provider))
        do {
            try await path.answer(response)
        } catch {
            throw ProxyError(converting: error)
        }
        return .completed
    }

    /// Streams report usage only when asked: we ask where the provider can, and hide the answer from a client that did not.
    private func asksUsage(_ provider: ConfiguredProvider) -> Bool {
        request.isStreaming && !request.wantsUsage && provider.dialect.reportsStreamUsage
            && (request.endpoint == .chatCompletions || request.endpoint == .completions)
    }

    private func requestToSend(_ provider: ConfiguredProvider) -> ProxyRequest {
        guard asksUsage(provider) else { return request }
        var request = request
        if request.json?.root["stream_options"]?.isObject == true {
            request.json?.set(["stream_options", "include_usage"], to: .bool(true))
        } else {
            request.json?.set("stream_options", to: .object([("include_usage", .bool(true))]))
        }
        return request
    }

    private func address(_ provider: ConfiguredProvider) async throws(ProxyError) -> UpstreamURL? {
        guard let urls = provider.urls else { return nil }
        do {
            return try await urls.url(for: request, attempt: count, context: context)
        } catch {
            throw .unavailable("address", error)
        }
    }

    private func credential(
        _ provider: ConfiguredProvider
    ) async throws(ProxyError) -> Credential? {
        do {
            return try await provider.tokens?.credential(for: request.headers, context: context)
        } catch {
            throw .unavailable("credential", error)
        }
    }

    /// Answers the client with what ended the last attempt.
    private func end(_ error: ProxyError) -> Outcome {
        if path.writer.isClosed { return .clientGone }
        if let interruption = path.interruption {
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

extension Duration {
    /// Whole nanoseconds; a negative duration is none.
    public var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0 else { return 0 }
        return UInt64(seconds) &* 1_000_000_000 &+ UInt64(attoseconds / 1_000_000_000)
    }
}
