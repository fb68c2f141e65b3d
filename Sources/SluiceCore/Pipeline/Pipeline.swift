public import Logging
internal import SluiceWire

/// All that happens to a request between the client's connection and the upstream's: made once from the configuration, shared by all loops.
///
/// Local endpoints first, then parser → processors in file order → routes → attempts; the answer takes the way back through the stages.
public struct Pipeline: Sendable {
    /// Asked first, in order: what the proxy answers itself.
    public var endpoints: [any LocalEndpoint]
    /// Asked in order: the first that accepts a head takes it.
    public var parsers: [any RequestParser]
    /// The chain, in the order requests pass it.
    public var processors: [any Processor]
    /// Which providers serve a model.
    public var routes: Routes
    /// What one exchange may hold, in bytes.
    public var limits: PipelineLimits
    /// Hears of every exchange, once at its start and once at its end.
    public var records: any RecordSink
    /// Each exchange writes with its ID added.
    public var logger: Logger
    /// Runs exchanges that have no socket; nil where nothing is there to run them.
    public var host: (any ExchangeHost)?

    /// A pipeline of these parts; nothing runs by itself.
    public init(
        endpoints: [any LocalEndpoint] = [], parsers: [any RequestParser],
        processors: [any Processor] = [], routes: Routes, limits: PipelineLimits = PipelineLimits(),
        records: any RecordSink, logger: Logger, host: (any ExchangeHost)? = nil
    ) {
        self.endpoints = endpoints
        self.parsers = parsers
        self.processors = processors
        self.routes = routes
        self.limits = limits
        self.records = records
        self.logger = logger
        self.host = host
    }

    /// The first parser that accepts a head, and how it wants the body.
    func parser(for head: RequestHead) throws(ProxyError) -> (any RequestParser, BodyPlan) {
        for parser in parsers {
            if let plan = try parser.accept(head) { return (parser, plan) }
        }
        if head.path == "*" {
            throw .methodNotAllowed(head.method.name, allowed: "GET, POST, DELETE")
        }
        throw ProxyError(
            status: 404, code: "unknown_url", fault: .client,
            message: "Unknown request URL: \(head.method) \(head.path). Check the URL for typos.")
    }

    /// The dialect for errors that happen before a parser is known.
    public var fallbackDialect: (any ClientDialect)? { parsers.first?.dialect }
}

/// Gives exchanges without a socket a loop to run on.
public protocol ExchangeHost: Sendable {
    /// Runs `body` on a loop, with what that loop offers.
    func start(_ body: @escaping @Sendable (LoopServices) async -> Void)
}

/// What a loop offers to an exchange. Not `Sendable`: it stays on its loop.
public struct LoopServices {
    /// Exchanges with upstreams.
    public let transport: any Transport
    /// The loop's time.
    public let clock: any ExchangeClock
    /// Small requests of the proxy's own.
    public let fetcher: any Fetcher
    /// Starts another task on the same loop.
    public let spawn: (nonisolated(nonsending) @escaping () async -> Void) -> Void
    /// Cancels the task that was given these services; nil where whoever started it does so.
    public var cancel: (() -> Void)?

    /// The services of one loop, to be used on that loop only.
    public init(
        transport: any Transport, clock: any ExchangeClock, fetcher: any Fetcher,
        spawn: @escaping (nonisolated(nonsending) @escaping () async -> Void) -> Void
    ) {
        self.transport = transport
        self.clock = clock
        self.fetcher = fetcher
        self.spawn = spawn
    }
}
