internal import Logging
public import SluiceCore
public import SluiceWire

/// Runs one exchange through a pipeline with a scripted upstream: the quickest way to test a processor as it will run.
///
/// ```swift
/// let harness = try PipelineHarness(parser: OpenAIRequestParser(), processors: [WordBudget(limit: 3)], answering: #"{"id":"x"}"#)
/// await harness.send(#"{"model":"m","messages":[]}"#)
/// #expect(harness.writer.head?.status == 400)
/// ```
public final class PipelineHarness {
    /// The upstream, with the requests it got.
    public let transport: ScriptedTransport
    /// Stands still until it is told to move.
    public let clock = ManualClock()
    /// The access records.
    public let sink = RecordingSink()
    /// What the client of the last request got.
    public private(set) var writer = RecordingWriter()
    private let pipeline: Pipeline

    /// - Parameters:
    ///   - parser: of the client dialect under test.
    ///   - provider: serves every model.
    public init(
        parser: any RequestParser, processors: [any Processor] = [],
        provider: any Provider = ScriptedProvider(), tokens: (any TokenProvider)? = nil,
        clients: ClientDirectory? = nil, limits: PipelineLimits = PipelineLimits(),
        transport: ScriptedTransport
    ) throws {
        self.transport = transport
        let configured = ConfiguredProvider(
            name: "scripted", dialect: provider,
            urls: provider.needsUpstream ? try ScriptedURL() : nil, tokens: tokens)
        pipeline = Pipeline(
            parsers: [parser], processors: processors,
            routes: Routes(providers: [configured], defaultProvider: nil), clients: clients,
            limits: limits, records: sink,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Answers every request with one JSON document.
    public convenience init(
        parser: any RequestParser, processors: [any Processor] = [], answering body: String
    ) throws {
        try self.init(parser: parser, processors: processors, transport: ScriptedTransport(body))
    }

    /// Sends a JSON body; ``writer`` then holds the answer.
    @discardableResult
    public func send(
        _ body: String, path: String = "/v1/chat/completions",
        headers: HeaderFields = HeaderFields()
    ) async -> Outcome {
        var headers = headers
        if !headers.contains(.contentType) { headers.append(.contentType, "application/json") }
        return await send(
            RequestHead(method: .post, path: path, headers: headers), body: Array(body.utf8))
    }

    /// Sends a request; ``writer`` then holds the answer.
    @discardableResult
    public func send(_ head: RequestHead, body: [UInt8] = []) async -> Outcome {
        writer = RecordingWriter()
        let tasks = InlineTasks()
        let services = LoopServices(
            transport: transport, clock: clock, fetcher: NoFetcher(), spawn: tasks.spawn)
        let exchange = Exchange(
            head, body: ScriptedBody([body]), id: "req_test", client: "127.0.0.1",
            startedAt: clock.now, writer: writer, services: services, pipeline: pipeline)
        writer.exchange = exchange
        exchange.start()
        await tasks.run()
        guard let outcome = exchange.outcome else {
            preconditionFailure("the exchange waits for something that the script does not do")
        }
        return outcome
    }

    /// The last access record.
    public var record: AccessRecord? { sink.records.last }
}

/// A client's body in pieces.
public final class ScriptedBody: IncomingBody {
    private var pieces: [[UInt8]]
    public let totalLength: UInt64?

    /// - Parameter isLengthKnown: whether the client announced the length.
    public init(_ pieces: [[UInt8]], isLengthKnown: Bool = true) {
        self.pieces = pieces.filter { !$0.isEmpty }
        totalLength = isLengthKnown ? UInt64(pieces.reduce(0) { $0 + $1.count }) : nil
    }

    public func next() async throws(ProxyError) -> [UInt8]? {
        pieces.isEmpty ? nil : pieces.removeFirst()
    }

    public func collect(upTo limit: Int) async throws(ProxyError) -> [UInt8] {
        let all = Array(pieces.joined())
        pieces = []
        guard all.count <= limit else { throw .bodyTooLarge }
        return all
    }
}

/// Reaches nothing.
public struct NoFetcher: Fetcher {
    /// A fetcher whose every request fails.
    public init() {}

    public func fetch(
        _ request: UpstreamRequest, limit: Int, timeout: Duration
    ) async throws -> FetchedResponse {
        throw ProxyError.cannotConnect("there is no network in this test")
    }
}
