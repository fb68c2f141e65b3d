internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// What has come of a request's body: framing removed, bounded.
struct PartialBody {
    /// A body up to this length is read in the turn that brought its head, if it has come.
    private static let readAtOnce = 256 << 10

    private let framing: BodyFraming
    private var decoder: BodyDecoder
    private var collected: [UInt8] = []
    private(set) var refusal: Refusal?
    /// Why no more is read, for a reason outside the body.
    private(set) var failure: ProxyError?
    /// The client waits for leave to send.
    var mustContinue: Bool
    private(set) var isComplete: Bool
    /// More came, or was announced, than is accepted.
    private var isTooLarge = false
    /// Whether ``take(_:)`` changed something since it was last looked at.
    var hasNews = false

    init(_ head: RequestHead, limits: ChunkLimits) {
        framing = head.framing
        decoder = BodyDecoder(head.framing, limits: limits)
        isComplete = head.framing == .none || head.framing == .length(0)
        mustContinue = head.expectsContinue && head.version == .http11
    }

    var totalLength: UInt64? {
        if case .length(let length) = framing { length } else { nil }
    }

    /// Whether another request may follow on the connection.
    var isDone: Bool { isComplete && !isTooLarge }

    /// Bytes that came and were not asked for yet.
    var count: Int { collected.count }

    /// Why reading cannot go on.
    var error: ProxyError? { failure ?? refusal.map { ProxyError($0) } }

    /// All of it, where it has come already and is not above the limit.
    mutating func takeWhole(upTo limit: Int) -> [UInt8]? {
        guard isComplete, refusal == nil, failure == nil, collected.count <= limit else {
            return nil
        }
        return takeCollected()
    }

    mutating func takeCollected() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &collected)
        return taken
    }

    /// - Throws: the refusal of a body, or of one that is announced, above the limit.
    mutating func check(upTo limit: Int) throws(ProxyError) {
        guard max(UInt64(collected.count), totalLength ?? 0) > UInt64(limit) else { return }
        isTooLarge = true
        throw .bodyTooLarge
    }

    /// Makes room for a body of known length at once, and for the padding that the JSON index needs behind the last byte.
    mutating func reserve(upTo most: Int = .max) {
        guard let totalLength else { return }
        collected.reserveCapacity(min(Int(clamping: totalLength), most) + 64)
    }

    /// Decodes bytes as they were read.
    ///
    /// - Returns: where the body ends in them; nil if there is more to come.
    mutating func take(_ bytes: Span<UInt8>) -> Int? {
        hasNews = true
        mustContinue = false
        if collected.isEmpty { reserve(upTo: Self.readAtOnce) }
        var offset = 0
        while true {
            switch decoder.next(bytes, from: offset) {
            case .data(let range):
                collected.append(copying: bytes.extracting(range))
                offset = range.upperBound
            case .needMore:
                return nil
            case .end(let end):
                isComplete = true
                return end
            case .refused(let refusal):
                self.refusal = refusal
                return nil
            }
        }
    }

    /// Reads what is left, where that is known and not much, straight to its place.
    ///
    /// - Returns: nil where nothing was read; and how much came that follows the body, of which one byte at most is read.
    mutating func receiveRest(from descriptor: Int32) -> (Transfer, next: UInt8?)? {
        guard !mustContinue, let left = decoder.remaining, left > 0, left <= Self.readAtOnce else {
            return nil
        }
        var transfer = Transfer.wouldBlock
        // One byte more, since a read that is not filled has emptied the socket.
        let most = Int(left) + 1
        collected.append(addingCapacity: most) { out in
            transfer = Transfer.receive(descriptor, atMost: most, into: &out)
        }
        guard case .moved(let count) = transfer else { return (transfer, nil) }
        hasNews = true
        let next = count == most ? collected.popLast() : nil
        decoder.skip(min(count, Int(left)))
        isComplete = decoder.isComplete
        return (transfer, next)
    }

    mutating func fail(_ error: ProxyError) {
        failure = error
        hasNews = true
    }
}
