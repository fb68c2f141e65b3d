import SluiceCore

@testable import SluiceUpstream
@testable import SluiceWire

/// Everything that comes back over an upstream's connection: interim heads, a head, a body, and the end.
func checkAnswer(_ input: [UInt8]) {
    for toHEAD in [false, true] {
        let whole = Answer(input, ends: [input.count], toHEAD: toHEAD)
        for ends in Pieces(of: input).ways {
            let cut = Answer(input, ends: ends, toHEAD: toHEAD)
            property("An answer is read alike however it is cut.", cut.parts, whole.parts)
            // Bytes behind an answer are seen only where they come with it.
            property(
                "A connection is kept alike unless more came behind the answer.",
                cut.keepsAlive == whole.keepsAlive || cut.taken < input.count)
        }
        let plain = PlainAnswer(input, toHEAD: toHEAD)
        property("An answer's body is what its framing says.", whole.parts.body, plain.body)
        property(
            "An answer is whole where its framing says so.", whole.parts.isComplete,
            plain.isComplete)
        property("An answer fails where it is not well.", whole.hasFailed, plain.isRefused)
    }
}

/// What came out of a reader until it was complete, had failed, or the connection ended.
private struct Answer {
    struct Parts: Equatable {
        var head: ResponseHead?
        var body: [UInt8] = []
        var end = ""
        var isComplete = false
    }

    var parts: Parts
    /// Before the connection ended.
    var hasFailed = false
    var keepsAlive: Bool
    /// How many bytes had been taken when it was over.
    var taken = 0

    init(_ input: [UInt8], ends: [Int], toHEAD: Bool) {
        var reader = AnswerReader(toHEAD: toHEAD)
        let receiver = Receiver()
        for end in ends where !reader.isOver {
            let decision = withExactCopy(of: input[taken..<end]) { reader.take($0, for: receiver) }
            property("A receiver that wants more is given more.", decision, .more)
            taken = end
        }
        parts = receiver.parts
        property("The status is that of the head.", reader.status, parts.head?.status ?? 0)
        keepsAlive = reader.keepsAlive
        if case .failed = reader.phase { hasFailed = true }
        if reader.isOver {
            _ = reader.take(input.span, for: receiver)
            property("Nothing is received when an answer is over.", receiver.parts, parts)
        }
        reader.takeEnd()
        property("A connection that has ended is not kept.", !reader.keepsAlive)
        property("An answer is over when its connection is.", reader.isOver)
        parts.end = "\(reader.phase)"
        if case .complete = reader.phase { parts.isComplete = true }
    }
}

extension AnswerReader {
    fileprivate var isOver: Bool {
        switch phase {
        case .head, .body: false
        case .complete, .failed: true
        }
    }
}

private final class Receiver: ResponseReceiver {
    private(set) var parts = Answer.Parts()

    func receive(_ head: consuming ResponseHead) -> ReceiveDecision {
        property("An answer has one head.", parts.head == nil)
        property("Interim heads are not reported.", !head.isInterim)
        parts.head = head
        return .more
    }

    func receive(_ bytes: Span<UInt8>) -> ReceiveDecision {
        property("A body comes behind its head.", parts.head != nil)
        property("A piece of a body is not empty.", !bytes.isEmpty)
        parts.body.append(copying: bytes)
        return .more
    }

    func receivedAll() -> ReceiveDecision { .more }
    func ended(_ error: ProxyError?) {}
}
