internal import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// How a stream ends that has used up what there was.
enum HardStop: String, CaseIterable, Sendable {
    /// With an error event.
    case error
    /// As a stream ends whose completion reached its greatest length.
    case length
}

/// Watches whether a stream writes more than was reserved for it.
///
/// No text has more tokens than bytes, or a few times that by a tokenizer that rewrites it.
/// So nothing is counted until there are as many bytes as tokens are left, and then all that has come
/// since the last count: most of a text is counted in a few large portions, and its end event by event. Where portions meet, a count can be a
/// token too high, so a stream may be stopped by some of those too early; it is not stopped too late.
struct Overrun: Sendable {
    private let stop: HardStop
    private let endpoint: Endpoint
    private let model: String
    private let counter: (any TextCounter)?
    private let choices: Int
    private let prompt: Int
    private let asksUsage: Bool
    private var counted = 0
    /// How much of the text is counted, in bytes.
    private var offset = 0
    private var isOver = false
    private var last: [UInt8] = []
    /// The first event of a response, which names it.
    private var created: [UInt8] = []
    /// What was taken last.
    private var taken = Overrun.step
    private(set) var hasEnded = false
    /// Set once nobody can say any more whether there is room.
    var isOff = false

    /// For what cannot be counted here and now.
    private static let bytesPerToken = 4
    /// What is taken at a time, in tokens, so that the store is not asked for every event.
    private static let step = 256
    /// A larger portion would be felt by other exchanges.
    private static let portion = 8 << 10

    init(_ stop: HardStop, for request: ProxyRequest, prompt: Int, counter: (any TextCounter)?) {
        self.stop = stop
        self.counter = counter
        self.prompt = prompt
        asksUsage = request.wantsUsage
        endpoint = request.endpoint
        model = request.model ?? ""
        choices = min(128, max(1, request.json?.root["n"]?.int ?? 1))
    }

    /// What has to be taken at least, in tokens.
    func needed(held: Int) -> Int { max(1, counted - held) }

    /// What should be taken next, in tokens: less where there was less the last time.
    func extent(held: Int) -> Int {
        let needed = needed(held: held)
        let extent = max(Self.step, counted / 4, needed + Self.step)
        return taken < Self.step ? min(extent, max(needed, taken * 2)) : extent
    }

    mutating func note(taken tokens: Int) { taken = tokens }

    /// - Parameter held: tokens that are reserved.
    mutating func note(_ text: ProducedText, held: Int) {
        let waiting = text.size - offset
        let most = counter?.mostTokensPerByte(of: model) ?? 1
        guard waiting > 0, counted + most * waiting > held || waiting >= Self.portion else {
            return
        }
        counted += tokens(of: text, waiting)
        offset = text.size
        isOver = counted > held
    }

    private func tokens(of text: ProducedText, _ waiting: Int) -> Int {
        let rough = (waiting + Self.bytesPerToken - 1) / Self.bytesPerToken
        guard text.isWhole, let counter else { return rough }
        return counter.countAtOnce(text.text(from: offset).span, model: model)?.count ?? rough
    }

    /// - Returns: whether more has to be reserved.
    mutating func note(_ event: ServerSentEvent) -> Bool {
        if event.data.first == UInt8(ascii: "{") {
            last = event.data
            if created.isEmpty, endpoint == .responses { created = event.data }
        }
        return isOver && !isOff
    }

    /// More was reserved.
    mutating func goOn() { isOver = false }

    /// - Parameter held: what there was for the completion, in tokens.
    mutating func end(_ reason: ProxyError, held: Int) -> EventEdit {
        hasEnded = true
        guard stop == .length else { return .stop(reason) }
        var reached = reason
        reached.code = "limit_reached"
        let ending = StreamEnding(
            endpoint: endpoint, last: last, created: created, choices: choices,
            asksUsage: asksUsage, prompt: prompt, completion: min(counted, held))
        return .end(ending.events, reason: reached)
    }
}
