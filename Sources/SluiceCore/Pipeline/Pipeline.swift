public import Logging
package import SluiceWire

/// All that happens to a request between the client's connection and the upstream's: made once from the configuration, shared by all loops.
///
/// Local endpoints first, then parser → processors in file order → routes → attempts; the answer takes the way back through the stages.
public final class Pipeline: Sendable {
    /// Asked first, in order: what the proxy answers itself.
    public let endpoints: [any LocalEndpoint]
    /// Asked in order: the first that accepts a head takes it.
    public let parsers: [any RequestParser]
    /// The chain, in the order requests pass it.
    public let processors: [any Processor]
    /// Which providers serve a model.
    public let routes: Routes
    /// Who may ask; nil: anybody.
    public let clients: ClientDirectory?
    /// What one exchange may hold, in bytes.
    public let limits: PipelineLimits
    /// Hears of every exchange, once at its start and once at its end.
    public let records: any RecordSink
    /// How usage is found out, and what it costs.
    public let accounting: UsageAccounting
    /// Each exchange writes with its ID added.
    public let logger: Logger
    /// Runs exchanges that have no socket; nil where nothing is there to run them.
    public let host: (any ExchangeHost)?
    /// The routes of ``endpoints``, to be compared with each path.
    private let endpointRoutes: [[UInt8]]
    let contextParts: ContextParts
    /// ``processors``, where none of them need wait; nil where one may.
    let immediateProcessors: [any ImmediateProcessor]?

    /// A pipeline of these parts; nothing runs by itself.
    public init(
        endpoints: [any LocalEndpoint] = [], parsers: [any RequestParser],
        processors: [any Processor] = [], routes: Routes, clients: ClientDirectory? = nil,
        limits: PipelineLimits = PipelineLimits(), records: any RecordSink, logger: Logger,
        host: (any ExchangeHost)? = nil, accounting: UsageAccounting = UsageAccounting(),
        limitStore: any LimitStore = MemoryLimitStore()
    ) {
        self.accounting = accounting
        self.endpoints = endpoints
        self.parsers = parsers
        self.processors = processors
        self.routes = routes
        self.clients = clients
        self.limits = limits
        self.records = records
        self.logger = logger
        self.host = host
        endpointRoutes = endpoints.map { Array($0.route.utf8) }
        contextParts = ContextParts(
            logger: logger, limitStore: limitStore, accounting: accounting, routes: routes)
        let immediate = processors.compactMap { $0 as? any ImmediateProcessor }
        immediateProcessors = immediate.count == processors.count ? immediate : nil
    }

    /// What the proxy answers itself to a head, if it does.
    func endpoint(for head: RequestHead) -> (any LocalEndpoint)? {
        let path = head.path.utf8.span
        for index in endpointRoutes.indices
        where path.begins(with: endpointRoutes[index]) && endpoints[index].serves(head) {
            return endpoints[index]
        }
        return nil
    }

    /// Whether a head asks for what the proxy answers itself, such as its health.
    package func answersItself(_ head: RequestHead) -> Bool { endpoint(for: head) != nil }

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

extension Span<UInt8> {
    fileprivate func begins(with prefix: [UInt8]) -> Bool {
        guard prefix.count <= count else { return false }
        for index in prefix.indices where self[index] != prefix[index] { return false }
        return true
    }
}
