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
    /// How many exchanges were cancelled.
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

    public func exchange(
        _ request: UpstreamRequest, rest: (any IncomingBody)?, provider: ConfiguredProvider,
        deadline: UInt64?, receiver: any ResponseReceiver
    ) async throws(ProxyError) {
        requests.append(request)
        let script = answers.count > 1 ? answers.removeFirst() : answers.first ?? []
        for step in script {
            var decision: ReceiveDecision
            switch step {
            case .head(let head):
                decision = receiver.receive(head)
            case .bytes(let bytes):
                decision = receiver.receive(bytes.span)
                if decision == .more { decision = receiver.receivedAll() }
            case .fail(let error):
                throw error
            }
            if decision == .wait { try await receiver.resolveWait() }
            if decision == .stop { return }
        }
    }

    public func cancel(_ receiver: any ResponseReceiver) {
        cancellations += 1
    }
}
