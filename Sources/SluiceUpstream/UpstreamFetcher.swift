public import SluiceCore
public import SluiceLoop
internal import SluiceWire

/// Makes small HTTP requests of the proxy's own over the connections of one loop.
public final class UpstreamFetcher: Fetcher {
    private let loop: Loop
    private let statistics: UpstreamStatistics
    private let connection: UpstreamConnectionOptions

    /// - Parameter connection: how these requests connect.
    public init(
        loop: Loop, statistics: UpstreamStatistics,
        connection: UpstreamConnectionOptions = UpstreamConnectionOptions()
    ) {
        self.loop = loop
        self.statistics = statistics
        self.connection = connection
    }

    /// - Throws: ``ProxyError`` when no whole answer came, or its body is longer than `limit`.
    public func fetch(
        _ request: UpstreamRequest, limit: Int, timeout: Duration
    ) async throws -> FetchedResponse {
        let (statistics, connection) = (statistics, connection)
        return try await loop.perform { poller throws(ProxyError) in
            poller.loop.preconditionIsolated()
            let transport = makeTransport(poller: poller, statistics: statistics)
            let receiver = FetchReceiver(limit: limit)
            transport.start(
                request, rest: nil, limits: UpstreamLimits(UpstreamTimeouts()),
                connection: connection,
                deadline: poller.now &+ timeout.nanoseconds, receiver: receiver)
            return try await receiver.response()
        }
    }
}

/// Keeps an answer whole, up to a limit.
private final class FetchReceiver: ResponseReceiver {
    private let limit: Int
    private var head: ResponseHead?
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var hasEnded = false
    private var failure: ProxyError?
    private var waiter: UnsafeContinuation<Void, Never>?

    init(limit: Int) {
        self.limit = limit
    }

    func receive(_ head: ResponseHead) -> ReceiveDecision {
        self.head = head
        return .more
    }

    func receive(_ bytes: Span<UInt8>) -> ReceiveDecision {
        isTooLarge = bytes.count > limit - body.count
        guard !isTooLarge else { return .stop }
        body.append(copying: bytes)
        return .more
    }

    func receivedAll() -> ReceiveDecision { .more }

    func ended(_ error: ProxyError?) {
        failure = error
        hasEnded = true
        waiter?.resume()
        waiter = nil
    }

    /// The answer, once it is there.
    func response() async throws(ProxyError) -> FetchedResponse {
        await withUnsafeContinuation { continuation in
            // Asked here: other work of the loop may have run before the closure does.
            if hasEnded { continuation.resume() } else { waiter = continuation }
        }
        if let failure { throw failure }
        guard !isTooLarge else { throw .badAnswer("the body is larger than \(limit) bytes") }
        guard let head else { throw .badAnswer("no answer") }
        return FetchedResponse(status: head.status, headers: head.headers, body: body)
    }
}
