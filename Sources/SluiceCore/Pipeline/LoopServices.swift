/// What a loop offers to the exchanges that live on it. Not `Sendable`: it stays on its loop.
public final class LoopServices {
    /// Runs work that may wait, on the same loop.
    public typealias Spawn =
        (nonisolated(nonsending) @escaping () async -> Void) -> any SpawnedWork

    /// Exchanges with upstreams.
    public let transport: any Transport
    /// The loop's time.
    public let clock: any ExchangeClock
    /// Small requests of the proxy's own.
    public let fetcher: any Fetcher
    /// Runs work that may wait, on the same loop, once what runs now is done.
    public let spawn: Spawn
    /// What runs here without a socket.
    public let hosted = HostedExchanges()

    /// The services of one loop, to be used on that loop only.
    public init(
        transport: any Transport, clock: any ExchangeClock, fetcher: any Fetcher,
        spawn: @escaping Spawn
    ) {
        self.transport = transport
        self.clock = clock
        self.fetcher = fetcher
        self.spawn = spawn
    }
}

/// Work that a loop was given.
public protocol SpawnedWork: AnyObject {
    /// Cancels what the work waits for; the work runs to its end.
    func cancel()
}

/// Gives exchanges without a socket a loop to run on.
public protocol ExchangeHost: Sendable {
    /// Runs `body` on a loop, with what that loop offers.
    func start(_ body: @escaping @Sendable (LoopServices) -> Void)
}
