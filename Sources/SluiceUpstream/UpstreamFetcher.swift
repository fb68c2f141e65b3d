public import SluiceCore
public import SluiceLoop
internal import SluiceWire

/// Makes small HTTP requests of the proxy's own over the connections of one loop.
public struct UpstreamFetcher: Fetcher {
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
            try await transport.exchange(
                request, rest: nil, limits: UpstreamLimits(UpstreamTimeouts()),
                connection: connection,
                deadline: poller.now &+ timeout.nanoseconds, receiver: receiver)
            return try receiver.response()
        }
    }
}

/// Keeps an answer whole, up to a limit.
private final class FetchReceiver: ResponseReceiver {
    private let limit: Int
    private var head: ResponseHead?
    private var body: [UInt8] = []
    private var isTooLarge = false

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

    func resolveWait() async throws(ProxyError) {}

    func response() throws(ProxyError) -> FetchedResponse {
        guard !isTooLarge else { throw .badAnswer("the body is larger than \(limit) bytes") }
        guard let head else { throw .badAnswer("no answer") }
        return FetchedResponse(status: head.status, headers: head.headers, body: body)
    }
}
