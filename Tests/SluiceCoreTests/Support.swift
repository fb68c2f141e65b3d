import Logging
import SluiceConfig
import SluiceCore
import SluiceProviders
import SluiceTesting
import SluiceWire
import Synchronization

/// What happened, in order.
final class Log: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func add(_ line: String) {
        kept.withLock { $0.append(line) }
    }
}

/// A processor that notes all that is asked of it, and does what its closures say.
struct Traced: Processor {
    let name: String
    let log: Log
    var screens: @Sendable () throws -> Void = {}
    var processes: @Sendable (inout ProxyRequest) async throws -> Decision = { _ in .forward }
    var leavesStage = true
    var interest: ResponseInterest = []
    var heads: @Sendable (inout ResponseHead) -> Void = { _ in }
    var edits: @Sendable (ServerSentEvent) -> EventEdit = { _ in .keep }
    var resumes: @Sendable () async throws -> EventEdit = { .keep }
    var documents: @Sendable (inout [UInt8]) -> Void = { _ in }

    init(_ name: String = "p", _ log: Log = Log(), _ change: (inout Traced) -> Void = { _ in }) {
        self.name = name
        self.log = log
        change(&self)
    }

    func screen(_ head: RequestHead, context: ExchangeContext) async throws {
        log.add("\(name) screens")
        try screens()
    }

    func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        log.add("\(name) processes")
        return try await processes(&request)
    }

    func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)? { leavesStage ? Stage(owner: self) : nil }

    private struct Stage: ResponseStage {
        let owner: Traced

        var interest: ResponseInterest { owner.interest }

        mutating func head(_ head: inout ResponseHead) {
            owner.log.add("\(owner.name) head")
            owner.heads(&head)
        }

        mutating func event(_ event: ServerSentEvent) -> EventEdit {
            owner.log.add("\(owner.name) event \(event.text)")
            return owner.edits(event)
        }

        mutating func resume() async throws -> EventEdit {
            owner.log.add("\(owner.name) resumes")
            return try await owner.resumes()
        }

        mutating func document(_ body: inout [UInt8]) {
            owner.log.add("\(owner.name) document")
            owner.documents(&body)
        }

        mutating func finish(_ outcome: Outcome) {
            owner.log.add("\(owner.name) finish \(outcome.name)")
        }
    }
}

/// An upstream that follows a script and lets the test act in between.
final class StepTransport: Transport {
    enum Step {
        case head(ResponseHead)
        case bytes([UInt8])
        case fail(ProxyError)
        case act(() -> Void)
    }

    private(set) var requests: [UpstreamRequest] = []
    private(set) var providers: [String] = []
    private(set) var cancellations = 0
    /// How often more of an answer was read after its client had gone.
    private(set) var respites = 0
    private(set) var waits = 0
    var answers: [[Step]]
    let tasks = InlineTasks()

    /// - Parameter answers: one script per exchange; the last serves all further ones.
    init(_ answers: [[Step]]) {
        self.answers = answers
    }

    func start(
        _ request: UpstreamRequest, rest: (any IncomingBody)?, provider: ConfiguredProvider,
        deadline: UInt64?, receiver: any ResponseReceiver
    ) -> any UpstreamExchange {
        requests.append(request)
        providers.append(provider.name)
        let script = answers.count > 1 ? answers.removeFirst() : answers.first ?? []
        let exchange = StepExchange(script, receiver: receiver, transport: self)
        exchange.resume()
        return exchange
    }

    /// One exchange; each part of its script is a piece of work, so that the test acts between others' calls.
    private final class StepExchange: UpstreamExchange {
        private var steps: ArraySlice<Step>
        private var receiver: (any ResponseReceiver)?
        private let transport: StepTransport

        init(_ steps: [Step], receiver: any ResponseReceiver, transport: StepTransport) {
            self.steps = steps[...]
            self.receiver = receiver
            self.transport = transport
        }

        func resume() {
            _ = transport.tasks.spawn(run)
        }

        private func run() async {
            while let receiver, let step = steps.popFirst() {
                var decision = ReceiveDecision.more
                switch step {
                case .head(let head): decision = receiver.receive(head)
                case .bytes(let bytes):
                    decision = receiver.receive(bytes.span)
                    if decision == .more { decision = receiver.receivedAll() }
                case .fail(let error): return report(error)
                case .act(let action): action()
                }
                if decision == .wait {
                    transport.waits += 1
                    return
                }
                if decision == .stop { break }
            }
            report(nil)
        }

        func end(_ error: ProxyError, after time: UInt64) {
            transport.respites += 1
        }

        func end(_ error: ProxyError) {
            transport.cancellations += 1
            report(error)
        }

        private func report(_ error: ProxyError?) {
            let receiver = self.receiver
            self.receiver = nil
            receiver?.ended(error)
        }
    }
}

/// One exchange with parts of the test's choosing.
final class Bench {
    let transport: StepTransport
    let writer = RecordingWriter()
    let sink = RecordingSink()
    let clock = ManualClock()
    var processors: [any Processor] = []
    var providers = [ConfiguredProvider.scripted()]
    var limits = PipelineLimits()
    var accounting = UsageAccounting()
    private(set) var exchange: Exchange?

    init(_ answers: [StepTransport.Step]...) {
        transport = StepTransport(answers)
    }

    /// Replaces the script, by steps that may act on this bench.
    func script(_ steps: StepTransport.Step...) {
        transport.answers = [steps]
    }

    /// - Parameter isThere: whether the body came with the head, and can be had without waiting.
    @discardableResult
    func send(
        _ body: String = plain, path: String = "/v1/chat/completions",
        type: String = "application/json", pieces: [[UInt8]]? = nil, isThere: Bool = false,
        te: String? = nil
    ) async -> Outcome {
        var headers = HeaderFields()
        if let te { headers.append(.te, te) }
        headers.append(.contentType, type)
        let pipeline = Pipeline(
            parsers: [OpenAIRequestParser()], processors: processors,
            routes: Routes(providers: providers, defaultProvider: nil), limits: limits,
            records: sink, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            accounting: accounting)
        let services = LoopServices(
            transport: transport, clock: clock, fetcher: NoFetcher(),
            spawn: transport.tasks.spawn)
        let exchange = Exchange(
            RequestHead(method: .post, path: path, headers: headers),
            body: isThere
                ? BodyThatIsThere(Array(body.utf8)) : ScriptedBody(pieces ?? [Array(body.utf8)]),
            id: "req_test", client: "127.0.0.1",
            startedAt: clock.now, writer: writer, services: services, pipeline: pipeline)
        self.exchange = exchange
        writer.exchange = exchange
        exchange.start()
        await transport.tasks.run()
        guard let outcome = exchange.outcome else {
            preconditionFailure("the exchange did not end")
        }
        return outcome
    }

    var record: AccessRecord? { sink.records.last }
}

extension ConfiguredProvider {
    static func scripted(
        _ name: String = "scripted", models: [String]? = nil, urls: (any URLProvider)? = nil,
        tokens: (any TokenProvider)? = nil, reportsStreamUsage: Bool = false, most: Int = .max,
        secrets: [Secret] = []
    ) -> ConfiguredProvider {
        ConfiguredProvider(
            name: name, dialect: ScriptedProvider(reportsStreamUsage: reportsStreamUsage),
            urls: urls ?? (try? ScriptedURL()), tokens: tokens, models: models,
            maximumInFlight: most, secrets: secrets)
    }
}

extension ServerSentEvent {
    var text: String { String(decoding: data, as: UTF8.self) }

    init(_ text: String) {
        self.init(data: Array(text.utf8))
    }
}

extension StepTransport.Step {
    static func head(_ status: Int, _ type: String? = "application/json") -> Self {
        .head(.of(status, type))
    }

    static func bytes(_ text: String) -> Self { .bytes(Array(text.utf8)) }

    static var streamHead: Self { .head(200, "text/event-stream") }
}

extension ResponseHead {
    static func of(
        _ status: Int, _ type: String?, _ fields: [(HeaderName, String)] = []
    ) -> ResponseHead {
        var headers = HeaderFields()
        if let type { headers.append(.contentType, type) }
        for (name, value) in fields { headers.append(name, value) }
        return ResponseHead(status: status, headers: headers)
    }
}

let plain = #"{"model":"m","messages":[]}"#
let streaming = #"{"model":"m","stream":true,"messages":[]}"#

func chunk(_ text: String) -> String {
    #"data: {"choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":null}]}"# + "\n\n"
}

let last = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
let done = "data: [DONE]\n\n"

extension String {
    func count(of part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
