internal import SluiceCore
internal import SluiceTelemetry
internal import SluiceWire
internal import Synchronization

/// Whether the proxy wants new traffic.
final class Readiness: Sendable {
    private let isReady = Atomic<Bool>(true)

    var value: Bool { isReady.load(ordering: .relaxed) }

    func end() {
        isReady.store(false, ordering: .relaxed)
    }
}

/// `GET /healthz`: the process answers. `GET /readyz`: it also wants traffic.
struct StateEndpoint: LocalEndpoint {
    let route: String
    private let isGood: @Sendable () -> Bool

    init(_ route: String, isGood: @escaping @Sendable () -> Bool) {
        self.route = route
        self.isGood = isGood
    }

    /// Those who look after machines have no key.
    var needsClient: Bool { false }

    func serves(_ head: RequestHead) -> Bool { head.path == route }

    func answer(
        _ head: RequestHead, body: [UInt8], context: ExchangeContext
    ) async throws -> ProxyResponse {
        try head.requireReading()
        return isGood() ? .text("ok\n") : .text("draining\n", status: 503)
    }
}

/// `GET /metrics`, in Prometheus' text format.
struct MetricsEndpoint: LocalEndpoint {
    let registry: MetricsRegistry

    var route: String { "/metrics" }
    /// No metric names a client.
    var needsClient: Bool { false }

    func serves(_ head: RequestHead) -> Bool { head.path == route }

    func answer(
        _ head: RequestHead, body: [UInt8], context: ExchangeContext
    ) async throws -> ProxyResponse {
        try head.requireReading()
        var headers = HeaderFields()
        headers.append(.contentType, MetricsRegistry.contentType)
        return ProxyResponse(headers: headers, body: .bytes(registry.exposition()))
    }
}

extension RequestHead {
    /// - Throws: 405 for anything but GET and HEAD.
    fileprivate func requireReading() throws(ProxyError) {
        guard method == .get || method == .head else {
            throw .methodNotAllowed(method.name, allowed: "GET, HEAD")
        }
    }
}
