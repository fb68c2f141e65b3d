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
    func exchange(
        _ request: UpstreamRequest, provider: ConfiguredProvider = .test(),
        pieces: Pieces? = nil, total: Duration? = nil, gate: Gate? = nil,
        decide: @escaping @Sendable (Int) -> ReceiveDecision = { _ in .more },
        cancelWhen: Gate? = nil, cancelsItself: Bool = false, cancelsAfterwards: Bool = false
    ) async -> Answer {
        let statistics = statistics
        let done = Noted<Answer>()
        // As the server does it: a task of the loop.
        await loop.run { poller in
            let transport = makeTransport(poller: poller, statistics: statistics)
            let receiver = Recorder(decide: decide, gate: gate)
            if cancelsItself { receiver.onRead = { transport.cancel($0) } }
            poller.spawn {
                do throws(ProxyError) {
                    try await transport.exchange(
                        request, rest: pieces.map { PiecewiseBody($0) }, provider: provider,
                        deadline: total.map { poller.now &+ $0.nanoseconds }, receiver: receiver)
                } catch {
                    receiver.answer.error = error
                }
                if cancelsAfterwards { transport.cancel(receiver) }
                receiver.onRead = nil
                done.set(receiver.answer)
            }
            if let cancelWhen {
                poller.spawn {
                    await cancelWhen.wait()
                    transport.cancel(receiver)
                }
            }
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
    var answer = Bench.Answer()
    var onRead: ((Recorder) -> Void)?
    private let decide: @Sendable (Int) -> ReceiveDecision
    private let gate: Gate?

    init(decide: @escaping @Sendable (Int) -> ReceiveDecision, gate: Gate?) {
        self.decide = decide
        self.gate = gate
    }

    func receive(_ head: ResponseHead) -> ReceiveDecision {
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
        onRead?(self)
        return decide(answer.body.count)
    }

    func resolveWait() async throws(ProxyError) {
        await gate?.wait()
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
