import SluiceWire

/// What one side of a connection made of the bytes it was fed.
struct Heard: Equatable {
    var messages: [Message] = []
    var refusal: Refusal?

    struct Message: Equatable {
        var first: String
        var fields: [String]
        var framing: BodyFraming
        var keepAlive: Bool
        var body: [UInt8] = []
        var isComplete = false
    }
}

enum Side {
    case requests
    case responses(toHEAD: Bool)
}

/// Feeds pieces as a connection would: the head parser sees all bytes of its message each time, the
/// body decoder sees each byte once. At the end the connection is closed.
func feed(_ pieces: [[UInt8]], _ side: Side, limits: HeadLimits = .standard) -> Heard {
    var connection = Connection(side: side, limits: limits)
    for piece in pieces { connection.receive(piece) }
    connection.close()
    return connection.heard
}

func feed(_ text: String, _ side: Side = .requests, limits: HeadLimits = .standard) -> Heard {
    feed([Array(text.utf8)], side, limits: limits)
}

/// All ways to cut: whole, byte by byte, and in two at every offset (at most 600 of them).
func cuts(of bytes: [UInt8]) -> [[[UInt8]]] {
    let step = max(1, bytes.count / 600)
    let inTwo = stride(from: 1, to: bytes.count, by: step).map { offset in
        [Array(bytes[..<offset]), Array(bytes[offset...])]
    }
    return [[bytes], bytes.map { [$0] }] + inTwo
}

private struct Connection {
    let side: Side
    var heard = Heard()
    private var requests: RequestHeadParser
    private var responses: ResponseHeadParser
    private var received: [UInt8] = []
    private var decoder: BodyDecoder?
    private var isDone = false

    init(side: Side, limits: HeadLimits) {
        self.side = side
        requests = RequestHeadParser(limits: limits)
        responses = ResponseHeadParser(limits: limits)
    }

    mutating func receive(_ piece: [UInt8]) {
        received += piece
        while !isDone, decoder == nil ? readHead() : readBody() {}
    }

    mutating func close() {
        if decoder?.finishAtClose() == true, !heard.messages.isEmpty {
            heard.messages[heard.messages.count - 1].isComplete = true
        }
    }

    private mutating func readHead() -> Bool {
        let bytes = received
        switch side {
        case .requests:
            switch requests.parse(bytes.span) {
            case .incomplete: return false
            case .refused(let refusal): refuse(refusal)
            case .complete(let head, let consumed):
                let version = head.version == .http11 ? "1.1" : "1.0"
                begin(
                    "\(head.method) \(head.target) \(version)", head.headers, head.framing,
                    head.keepAlive, consumed)
            }
        case .responses(let toHEAD):
            switch responses.parse(bytes.span, toHEAD: toHEAD) {
            case .incomplete: return false
            case .refused(let refusal): refuse(refusal)
            case .complete(let head, let consumed):
                let version = head.version == .http11 ? "1.1" : "1.0"
                begin(
                    "\(head.status) \(version)", head.headers, head.framing, head.keepAlive,
                    consumed)
            }
        }
        return true
    }

    private mutating func begin(
        _ first: String, _ headers: HeaderFields, _ framing: BodyFraming, _ keepAlive: Bool,
        _ consumed: Int
    ) {
        heard.messages.append(
            .init(
                first: first, fields: headers.pairs.map { "\($0.name): \($0.value)" },
                framing: framing, keepAlive: keepAlive))
        received.removeFirst(consumed)
        decoder = BodyDecoder(framing)
    }

    private mutating func readBody() -> Bool {
        guard var body = decoder else { return false }
        let last = heard.messages.count - 1
        var offset = 0
        while true {
            switch body.next(received.span, from: offset) {
            case .data(let range):
                heard.messages[last].body += received[range]
                offset = range.upperBound
            case .needMore:
                received = []
                decoder = body
                return false
            case .end(let end):
                received.removeFirst(end)
                heard.messages[last].isComplete = true
                isDone = !heard.messages[last].keepAlive
                decoder = nil
                return true
            case .refused(let refusal):
                refuse(refusal)
                return true
            }
        }
    }

    private mutating func refuse(_ refusal: Refusal) {
        heard.refusal = refusal
        isDone = true
    }
}
