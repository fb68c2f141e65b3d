import SluiceCore
import SluiceLoop
import SluiceUpstream
import SluiceWire

/// A loop with a transport, and what came of exchanges on it.
final class Bench: Sendable {
    struct Answer: Sendable {
        var status = 0
        var headers = HeaderFields()
        var body: [UInt8] = []
        var reads = 0
        var error: ProxyError?

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let loop = Loop.start(name: "test")
    let statistics = UpstreamStatistics()

    deinit {
        loop.stop()
    }

    /// Runs one exchange to its end.
    ///
    /// - Parameters:
    ///   - decide: what the receiver says after each read, given the bytes so far.
    ///   - gate: what a receiver that waits waits for.
    ///   - cancelWhen: cancels the exchange when it opens.
    ///   - cancelsAfter: not at once then, but after a while.
    func exchange(
        _ request: UpstreamRequest, provider: ConfiguredProvider = .test(),
        pieces: Pieces? = nil, total: Duration? = nil, gate: Gate? = nil,
        decide: @escaping @Sendable (Int) -> ReceiveDecision = { _ in .more },
        cancelWhen: Gate? = nil, cancelsAfter: Duration? = nil,
        cancelsItself: Bool = false, cancelsAfterwards: Bool = false
    ) async -> Answer {
        let statistics = statistics
        let done = Noted<Answer>()
        await loop.run { poller in
            let transport = makeTransport(poller: poller, statistics: statistics)
            let receiver = Recorder(
                decide: decide, gate: gate, cancelsItself: cancelsItself, poller: poller)
            receiver.done = { done.set($0) }
            let exchange = transport.start(
                request, rest: pieces.map { PiecewiseBody($0) }, provider: provider,
                deadline: total.map { poller.now &+ $0.nanoseconds }, receiver: receiver)
            receiver.hasStarted(exchange)
            func cancel() async {
                await cancelWhen?.wait()
                guard let cancelsAfter else { return exchange.end(.clientGone) }
                exchange.end(.clientGone, after: cancelsAfter.nanoseconds)
            }
            func cancelAgain() async {
                _ = await done.value()
                exchange.end(.clientGone)
            }
            if cancelWhen != nil { poller.spawn(cancel) }
            if cancelsAfterwards { poller.spawn(cancelAgain) }
        }
        return await done.value() ?? Answer()
    }

    /// Waits until the counts are as they should be; the test's time limit is the only one.
    func until(_ condition: (UpstreamStatistics) -> Bool) async {
        while !condition(statistics) { try? await Task.sleep(for: .milliseconds(1)) }
    }
}

/// Keeps what it receives.
private final class Recorder: ResponseReceiver {
    private var answer = Bench.Answer()
    var done: ((Bench.Answer) -> Void)?
    private let decide: @Sendable (Int) -> ReceiveDecision
    private let gate: Gate?
    private let cancelsItself: Bool
    private let poller: Poller
    private var exchange: (any UpstreamExchange)?

    init(
        decide: @escaping @Sendable (Int) -> ReceiveDecision, gate: Gate?, cancelsItself: Bool,
        poller: Poller
    ) {
        self.decide = decide
        self.gate = gate
        self.cancelsItself = cancelsItself
        self.poller = poller
    }

    func hasStarted(_ exchange: any UpstreamExchange) {
        if done != nil { self.exchange = exchange }
    }

    func receive(_ head: consuming ResponseHead) -> ReceiveDecision {
        answer.status = head.status
        answer.headers = head.headers
        return .more
    }

    func receive(_ bytes: Span<UInt8>) -> ReceiveDecision {
        answer.body.append(copying: bytes)
        return .more
    }

    func receivedAll() -> ReceiveDecision {
        answer.reads += 1
        if cancelsItself { exchange?.end(.clientGone) }
        let decision = decide(answer.body.count)
        if decision == .wait { poller.spawn(resumeLater) }
        return decision
    }

    private func resumeLater() async {
        await gate?.wait()
        exchange?.resume()
    }

    func ended(_ error: ProxyError?) {
        answer.error = error
        exchange = nil
        done?(answer)
        done = nil
    }
}

extension ConfiguredProvider {
    static func test(
        _ change: (inout UpstreamTimeouts, inout UpstreamConnectionOptions) -> Void = { _, _ in }
    ) -> ConfiguredProvider {
        var timeouts = UpstreamTimeouts()
        var options = UpstreamConnectionOptions()
        change(&timeouts, &options)
        return ConfiguredProvider(
            name: "test", dialect: Silent(), timeouts: timeouts, connection: options)
    }
}

private struct Silent: Provider {
    let name = "silent"

    func action(
        for request: ProxyRequest, base: UpstreamURL?, credential: Credential?
    ) throws(ProxyError) -> ProviderAction {
        .answer(ProxyResponse(status: 200, headers: HeaderFields(), body: .bytes([])))
    }
}

extension UpstreamRequest {
    /// A POST with bytes, or a GET without.
    static func test(
        _ port: Int, _ body: RequestBody? = .bytes(Array("{}".utf8)), scheme: String = "http",
        host: String = "127.0.0.1"
    ) throws -> UpstreamRequest {
        var headers = HeaderFields()
        headers.append("content-type", "application/json")
        return UpstreamRequest(
            method: body == nil ? .get : .post, url: try UpstreamURL("\(scheme)://\(host):\(port)"),
            target: "/v1/test", headers: headers, body: body ?? .none)
    }
}
