internal import SluiceCore
internal import SluiceWire

/// Reads one answer out of the bytes of a connection and hands it on. No I/O, no clock.
struct AnswerReader {
    enum Phase {
        case head
        case body
        case complete
        case failed(ProxyError)
    }

    private(set) var phase = Phase.head
    /// Of the final head; 0 before it.
    private(set) var status = 0
    /// Whether any byte of an answer has come.
    private(set) var hasBegun = false
    /// Whether the connection is in step for another request, as far as the answer tells.
    private(set) var keepsAlive = false

    private var parser = ResponseHeadParser()
    private var decoder = BodyDecoder(.none)
    private let toHEAD: Bool
    private var interimHeads = 0
    /// The beginning of a head whose end has not arrived.
    private var held: [UInt8] = []

    static let maximumInterimHeads = 8

    init(toHEAD: Bool) {
        self.toHEAD = toHEAD
    }

    /// Takes what one read brought.
    mutating func take(
        _ bytes: Span<UInt8>, for receiver: any ResponseReceiver
    ) -> ReceiveDecision {
        hasBegun = true
        guard case .head = phase else { return takeBody(bytes, from: 0, for: receiver) }
        if held.isEmpty {
            let (start, decision) = takeHeads(bytes, for: receiver)
            if case .head = phase { held.append(copying: bytes.extracting(start..<bytes.count)) }
            return decision
        }
        var collected: [UInt8] = []
        swap(&collected, &held)
        collected.append(copying: bytes)
        let (start, decision) = takeHeads(collected.span, for: receiver)
        if case .head = phase {
            collected.removeFirst(start)
            swap(&collected, &held)
        }
        return decision
    }

    /// Takes the end of the connection: it ends a body without a length, and cuts any other answer.
    mutating func takeEnd() {
        switch phase {
        case .head:
            phase = .failed(
                .connectionLost(hasBegun ? "closed within the head" : "closed without an answer"))
        case .body:
            phase =
                decoder.finishAtClose()
                ? .complete : .failed(.connectionLost("closed within the body"))
        case .complete, .failed: break
        }
        keepsAlive = false
    }

    // MARK: Head

    /// - Returns: where a head begins that is not whole yet.
    private mutating func takeHeads(
        _ bytes: Span<UInt8>, for receiver: any ResponseReceiver
    ) -> (Int, ReceiveDecision) {
        var start = 0
        while true {
            let progress = parser.parse(bytes.extracting(start..<bytes.count), toHEAD: toHEAD)
            switch consume progress {
            case .incomplete:
                return (start, .more)
            case .refused(let refusal):
                phase = .failed(.badAnswer(refusal.message))
                return (start, .more)
            case .complete(let head, let consumed):
                start += consumed
                guard head.isInterim else {
                    return (start, begin(head, bytes, from: start, for: receiver))
                }
                interimHeads += 1
                guard interimHeads <= Self.maximumInterimHeads else {
                    phase = .failed(.badAnswer("too many interim responses"))
                    return (start, .more)
                }
            }
        }
    }

    private mutating func begin(
        _ head: consuming ResponseHead, _ bytes: Span<UInt8>, from start: Int,
        for receiver: any ResponseReceiver
    ) -> ReceiveDecision {
        phase = .body
        status = head.status
        keepsAlive = head.keepAlive
        decoder = BodyDecoder(head.framing)
        let decision = receiver.receive(head)
        if decision == .stop { return .stop }
        return decision.joined(with: takeBody(bytes, from: start, for: receiver))
    }

    // MARK: Body

    private mutating func takeBody(
        _ bytes: Span<UInt8>, from start: Int, for receiver: any ResponseReceiver
    ) -> ReceiveDecision {
        guard case .body = phase else { return .more }
        var offset = start
        var decision = ReceiveDecision.more
        while true {
            switch decoder.next(bytes, from: offset) {
            case .data(let range):
                offset = range.upperBound
                decision = decision.joined(with: receiver.receive(bytes.extracting(range)))
                if decision == .stop { return .stop }
            case .needMore:
                return decision
            case .end(let end):
                phase = .complete
                // Bytes beyond the answer: nobody asked for them, so the connection is out of step.
                if end < bytes.count { keepsAlive = false }
                return decision
            case .refused(let refusal):
                phase = .failed(.badAnswer(refusal.message))
                return decision
            }
        }
    }
}

extension ReceiveDecision {
    /// The stricter of two.
    func joined(with other: ReceiveDecision) -> ReceiveDecision {
        if self == .stop || other == .stop { return .stop }
        return self == .wait || other == .wait ? .wait : .more
    }
}
