import SluiceJSON
import SluiceWire

/// One attempt: address, credential, request.
extension Attempts {
    /// - Returns: an answer, where the provider has one without an upstream.
    func send(_ provider: ConfiguredProvider) throws(ProxyError) -> ProxyResponse? {
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
            upstreamRequest.forwarded = request.headers.filtered(by: provider.headerPolicy)
            path.begin(
                translator: provider.dialect.makeTranslator(for: request), hidesUsage: hidesUsage,
                credential: credential, secrets: provider.secrets)
            start(upstreamRequest, provider)
            return nil
        }
    }

    private func start(_ upstreamRequest: UpstreamRequest, _ provider: ConfiguredProvider) {
        isUnderWay = true
        sentTo = provider.fixedURL == nil ? upstreamRequest.url : nil
        let started = exchange.services.transport.start(
            upstreamRequest, rest: rest, provider: provider, deadline: deadline, receiver: self)
        // Some are over at once.
        if isUnderWay { upstream = started }
    }

    /// Streams report usage only when asked: we ask where the provider can, and hide the answer from a client that did not.
    private func asksUsage(_ request: ProxyRequest, _ provider: ConfiguredProvider) -> Bool {
        request.isStreaming && !request.wantsUsage && provider.dialect.reportsStreamUsage
            && (request.endpoint == .chatCompletions || request.endpoint == .completions)
    }

    func address(_ provider: ConfiguredProvider) async throws(ProxyError) -> UpstreamURL? {
        if let fixed = provider.fixedURL { return fixed }
        guard let urls = provider.urls, let request else { return nil }
        do {
            return try await urls.url(for: request, attempt: count, context: exchange.context)
        } catch {
            throw .unavailable("address", error)
        }
    }

    func credential(
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
    /// An address or a credential could not be had; errors of our own kind pass as they are.
    fileprivate static func unavailable(_ what: String, _ error: any Error) -> ProxyError {
        if let error = error as? ProxyError { return error }
        return ProxyError(
            status: 502, code: "provider_\(what)_unavailable", fault: .proxy, retry: .elsewhere,
            message: "The provider's \(what) is not available.", detail: "\(error)")
    }
}
