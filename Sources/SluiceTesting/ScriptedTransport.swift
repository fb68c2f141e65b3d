public import SluiceCore
public import SluiceWire

/// An upstream that answers from a script, without a socket.
public final class ScriptedTransport: Transport {
    /// What the upstream does next.
    public enum Step: Sendable {
        case head(ResponseHead)
        /// One read.
        case bytes([UInt8])
        /// The connection fails here.
        case fail(ProxyError)
    }

    /// What was sent, in order.
    public private(set) var requests: [UpstreamRequest] = []
    /// How many exchanges were ended before their script was.
    public private(set) var cancellations = 0
    private var answers: [[Step]]

    /// - Parameter answers: one script per exchange; the last serves all further ones.
    public init(_ answers: [[Step]]) {
        self.answers = answers
    }

    /// Answers every exchange with one JSON document or stream.
    public convenience init(
        status: Int = 200, type: String = "application/json", _ body: String
    ) {
        var headers = HeaderFields()
        headers.append(.contentType, type)
        self.init([
            [.head(ResponseHead(status: status, headers: headers)), .bytes(Array(body.utf8))]
        ])
    }

    public func start(
        _ request: UpstreamRequest, rest: (any IncomingBody)?, provider: ConfiguredProvider,
        deadline: UInt64?, receiver: any ResponseReceiver
    ) -> any UpstreamExchange {
        requests.append(request)
        let script = answers.count > 1 ? answers.removeFirst() : answers.first ?? []
        let exchange = ScriptedExchange(script, receiver: receiver) { [unowned self] in
            cancellations += 1
        }
        exchange.resume()
        return exchange
    }
}

/// One exchange that follows its script as far as its receiver takes it.
private final class ScriptedExchange: UpstreamExchange {
    private var steps: ArraySlice<ScriptedTransport.Step>
    private var receiver: (any ResponseReceiver)?
    private let onCancel: () -> Void

    init(
        _ steps: [ScriptedTransport.Step], receiver: any ResponseReceiver,
        onCancel: @escaping () -> Void
    ) {
        self.steps = steps[...]
        self.receiver = receiver
        self.onCancel = onCancel
    }

    func resume() {
        while let receiver, let step = steps.popFirst() {
            var decision: ReceiveDecision
            switch step {
            case .head(let head):
                decision = receiver.receive(head)
            case .bytes(let bytes):
                decision = receiver.receive(bytes.span)
                if decision == .more { decision = receiver.receivedAll() }
            case .fail(let error):
                return report(error)
            }
            if decision == .wait { return }
            if decision == .stop { break }
        }
        report(nil)
    }

    func end(_ error: ProxyError) {
        guard receiver != nil else { return }
        onCancel()
        report(error)
    }

    private func report(_ error: ProxyError?) {
        let receiver = self.receiver
        self.receiver = nil
        receiver?.ended(error)
    }
}
