public import SluiceCore
public import SluiceLoop
internal import SluiceWire

/// The transport of a loop, made at the first call; it lives and works there only.
///
/// - Parameter statistics: shared by all loops.
public func makeTransport(poller: Poller, statistics: UpstreamStatistics) -> UpstreamTransport {
    if let known = poller.resident(UpstreamTransport.self) { return known }
    let transport = UpstreamTransport(poller: poller, statistics: statistics)
    poller.settle(transport)
    return transport
}

/// Exchanges HTTP/1.1 with upstreams over connections of its own pool, on one loop.
///
/// A request goes out at most once after any byte of it was taken by a connection. An idle connection that its peer has closed is noticed
/// before a request is sent and replaced; where the close comes later, the exchange fails.
public final class UpstreamTransport: Transport {
    private let dialer: Dialer
    private let pool: ConnectionPool

    init(poller: Poller, statistics: UpstreamStatistics) {
        dialer = Dialer(poller)
        pool = ConnectionPool(poller: poller, dialer: dialer, statistics: statistics)
    }

    deinit {
        // The poller holds what it watches.
        pool.closeIdle()
        // Dials and their observers hold each other.
        dialer.cancelAll()
    }

    /// Sends a request once and pushes the answer into `receiver`.
    ///
    /// It can end while a call of `rest`'s `next()` is pending, when the answer came before the body's end; what that call brings is
    /// dropped.
    public func start(
        _ request: UpstreamRequest, rest: (any IncomingBody)?, provider: ConfiguredProvider,
        deadline: UInt64?, receiver: any ResponseReceiver
    ) -> any UpstreamExchange {
        start(
            request, rest: rest, limits: provider.limits, connection: provider.connection,
            deadline: deadline, receiver: receiver)
    }

    @discardableResult
    func start(
        _ request: UpstreamRequest, rest: (any IncomingBody)?, limits: UpstreamLimits,
        connection: UpstreamConnectionOptions, deadline: UInt64?, receiver: any ResponseReceiver
    ) -> UpstreamTransfer {
        let transfer = UpstreamTransfer(
            to: pool.origin(request.url, connection), limits: limits, deadline: deadline,
            toHEAD: request.method == .head, receiver: receiver)
        transfer.start(request, rest: rest)
        return transfer
    }
}
