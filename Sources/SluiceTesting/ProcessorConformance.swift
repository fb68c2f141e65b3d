public import SluiceCore
internal import SluiceWire
internal import Synchronization

/// What every processor must keep to, whatever it does. Returns what was broken, so that it works with any test framework:
///
/// ```swift
/// #expect(try await ProcessorConformance(parser: OpenAIRequestParser()).violations(of: WordBudget(limit: 3)) == [])
/// ```
public struct ProcessorConformance {
    private let parser: any RequestParser
    private let bodies: [String]

    /// - Parameter bodies: requests to try, beside a plain and a streaming chat request.
    public init(parser: any RequestParser, bodies: [String] = []) {
        self.parser = parser
        self.bodies =
            [
                #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
                #"{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}"#,
            ] + bodies
    }

    /// Tries a processor with every body and every upstream.
    ///
    /// - Returns: a sentence for each thing that was broken; empty when nothing was.
    public func violations(of processor: any Processor) async throws -> [String] {
        var violations: [String] = []
        for body in bodies {
            for upstream in Self.upstreams {
                let counter = FinishCounter(processor)
                let harness = try PipelineHarness(
                    parser: parser, processors: [counter],
                    transport: ScriptedTransport(upstream.answers))
                await harness.send(body)
                violations += check(harness, counter).map { "\($0) (\(upstream.name), \(body))" }
            }
        }
        return violations
    }

    private func check(_ harness: PipelineHarness, _ counter: FinishCounter) -> [String] {
        var violations: [String] = []
        if counter.made != counter.finished {
            violations.append("\(counter.made) stages were made, \(counter.finished) finished")
        }
        if harness.transport.requests.count > 1 {
            violations.append("the upstream was asked more than once")
        }
        if !harness.writer.isEnded, !harness.writer.isAborted {
            violations.append("the client got no end")
        }
        if let head = harness.writer.head, !(200..<600).contains(head.status) {
            violations.append("the client got status \(head.status)")
        }
        if harness.sink.records.count != 1 {
            violations.append("\(harness.sink.records.count) records were written")
        }
        return violations
    }

    private static var upstreams: [(name: String, answers: [[ScriptedTransport.Step]])] {
        var json = HeaderFields()
        json.append(.contentType, "application/json")
        var stream = HeaderFields()
        stream.append(.contentType, "text/event-stream")
        let chunk = #"data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}"#
        let last = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
        let whole = chunk + "\n\n" + last + "\n\ndata: [DONE]\n\n"
        return [
            (
                "a document",
                [[.head(ResponseHead(status: 200, headers: json)), .bytes(Array("{}".utf8))]]
            ),
            (
                "a stream",
                [[.head(ResponseHead(status: 200, headers: stream)), .bytes(Array(whole.utf8))]]
            ),
            (
                "a stream in single bytes",
                [
                    [.head(ResponseHead(status: 200, headers: stream))]
                        + whole.utf8.map { .bytes([$0]) }
                ]
            ),
            (
                "a cut stream",
                [
                    [
                        .head(ResponseHead(status: 200, headers: stream)),
                        .bytes(Array((chunk + "\n\n").utf8)), .fail(.connectionLost("scripted")),
                    ]
                ]
            ),
            ("no answer", [[.fail(.connectionLost("scripted"))]]),
            (
                "an error",
                [[.head(ResponseHead(status: 500, headers: json)), .bytes(Array("{}".utf8))]]
            ),
        ]
    }
}

/// Counts the stages a processor makes and their ends.
private final class FinishCounter: Processor {
    private let processor: any Processor
    private let counts = Mutex((made: 0, finished: 0))

    init(_ processor: any Processor) {
        self.processor = processor
    }

    var made: Int { counts.withLock { $0.made } }
    var finished: Int { counts.withLock { $0.finished } }

    func screen(_ head: RequestHead, context: ExchangeContext) async throws {
        try await processor.screen(head, context: context)
    }

    func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        try await processor.process(&request, context: context)
    }

    func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)? {
        guard let stage = processor.makeResponseStage(for: request, context: context) else {
            return nil
        }
        counts.withLock { $0.made += 1 }
        return Counted(stage: stage) { [self] in counts.withLock { $0.finished += 1 } }
    }

    private struct Counted: ResponseStage {
        var stage: any ResponseStage
        let onFinish: @Sendable () -> Void

        var interest: ResponseInterest { stage.interest }
        mutating func head(_ head: inout ResponseHead) { stage.head(&head) }
        mutating func event(_ event: ServerSentEvent) -> EventEdit { stage.event(event) }
        mutating func resume() async throws -> EventEdit { try await stage.resume() }
        mutating func document(_ body: inout [UInt8]) { stage.document(&body) }
        mutating func finish(_ outcome: Outcome, _ consumption: Consumption) {
            stage.finish(outcome, consumption)
            onFinish()
        }
    }
}
