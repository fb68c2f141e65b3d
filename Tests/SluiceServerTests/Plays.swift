import SluiceCore
import SluiceLoop
import SluiceWire
import Synchronization

/// What the upstreams of one test server were asked and did.
final class Plays: Sendable {
    struct State {
        var requests: [String] = []
        var cancelled: [String] = []
        var respites = 0
        var waits = 0
        var resumed = 0
        var bytes = 0
        var uploaded = 0
    }

    private let kept = Mutex(State())
    /// Lets go what plays `hold` and `pause`.
    let gate = Gate()

    var state: State { kept.withLock { $0 } }

    func note(_ change: (inout State) -> Void) {
        kept.withLock { change(&$0) }
    }
}

/// Sends each request to a target that is its model's name.
struct PlayProvider: Provider {
    let name = "plays"

    func action(
        for request: ProxyRequest, base: UpstreamURL?, credential: Credential?
    ) throws(ProxyError) -> ProviderAction {
        guard let base else { throw .cannotConnect("no address") }
        return .send(
            UpstreamRequest(
                method: request.method, url: base, target: request.model ?? "none",
                headers: HeaderFields(), body: request.body))
    }
}

/// An upstream without a socket. Plays:
/// - `hold`: says nothing until the gate opens, then answers `{}`;
/// - `pause`: a stream that says nothing behind its first event until the gate opens;
/// - `usage`: a stream that waits for the gate before it tells its usage, also where its client has gone;
/// - `flood-N`: a stream of N events of 16 KiB, each one read;
/// - `bytes`: a document; `cut`: a stream that is cut; anything else: `{"model":NAME}`.
final class PlayTransport: Transport {
    static let event =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n"
    static let finish =
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    static let end = finish + "data: [DONE]\n\n"
    static let usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":20000}}\n\n"
    static let flood = Array(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(String(repeating: "x", count: 16 << 10))\"},\"finish_reason\":null}]}\n\n"
            .utf8)

    private let plays: Plays
    private let poller: Poller

    init(_ plays: Plays, poller: Poller) {
        self.plays = plays
        self.poller = poller
    }

    func start(
        _ request: UpstreamRequest, rest: (any IncomingBody)?, provider: ConfiguredProvider,
        deadline: UInt64?, receiver: any ResponseReceiver
    ) -> any UpstreamExchange {
        let exchange = PlayExchange(request.target, rest, plays: plays, receiver: receiver)
        plays.note { $0.requests.append(request.target) }
        poller.spawn(exchange.run)
        return exchange
    }
}

/// One exchange with an upstream without a socket.
private final class PlayExchange: UpstreamExchange {
    private let target: String
    private let rest: (any IncomingBody)?
    private let plays: Plays
    private var receiver: (any ResponseReceiver)?
    private let stop = Gate()
    private var room: UnsafeContinuation<Void, Never>?

    init(
        _ target: String, _ rest: (any IncomingBody)?, plays: Plays,
        receiver: any ResponseReceiver
    ) {
        self.target = target
        self.rest = rest
        self.plays = plays
        self.receiver = receiver
    }

    func resume() {
        let waiting = room
        room = nil
        waiting?.resume()
    }

    func end(_ error: ProxyError) {
        guard receiver != nil else { return }
        plays.note { $0.cancelled.append(target) }
        stop.open()
        resume()
        report(error)
    }

    func end(_ error: ProxyError, after time: UInt64) {
        plays.note { $0.respites += 1 }
    }

    private func report(_ error: ProxyError?) {
        let receiver = self.receiver
        self.receiver = nil
        receiver?.ended(error)
    }

    func run() async {
        do throws(ProxyError) {
            try await play()
            report(nil)
        } catch {
            report(error)
        }
    }

    private func play() async throws(ProxyError) {
        if let rest { try await take(rest) }
        switch target {
        case "hold":
            try await pause()
            try await send("application/json", ["{}"])
        case "pause":
            try await send("text/event-stream", [PlayTransport.event])
            try await pause()
            try await push(Array(PlayTransport.end.utf8))
        case "usage":
            try await send("text/event-stream", [PlayTransport.event, PlayTransport.finish])
            try await pause()
            try await push(Array(PlayTransport.usage.utf8))
        case "cut":
            try await send("text/event-stream", [PlayTransport.event])
        case "cut-bytes":
            try await send("application/octet-stream", ["0123456789"])
            throw .connectionLost("scripted")
        case "stream":
            try await send("text/event-stream", [PlayTransport.event, PlayTransport.end])
        case _ where target.hasPrefix("flood-"):
            try await send("text/event-stream", [])
            for _ in 0..<(Int(target.dropFirst(6)) ?? 0) {
                try await push(PlayTransport.flood)
                plays.note { $0.bytes += PlayTransport.flood.count }
            }
            try await push(Array(PlayTransport.end.utf8))
        default:
            try await send("application/json", [#"{"model":"\#(target)"}"#])
        }
    }

    private func take(_ rest: any IncomingBody) async throws(ProxyError) {
        while let piece = try await rest.next() {
            plays.note { $0.uploaded += piece.count }
        }
    }

    /// Until the gate opens; throws when the exchange is ended first.
    private func pause() async throws(ProxyError) {
        await Gate.first(plays.gate, stop)
        if stop.isOpen { throw .clientGone }
    }

    private func send(_ type: String, _ pieces: [String]) async throws(ProxyError) {
        var headers = HeaderFields()
        headers.append(.contentType, type)
        _ = receiver?.receive(ResponseHead(status: 200, headers: headers))
        for piece in pieces { try await push(Array(piece.utf8)) }
    }

    private func push(_ bytes: [UInt8]) async throws(ProxyError) {
        guard let receiver else { throw .clientGone }
        _ = receiver.receive(bytes.span)
        switch receiver.receivedAll() {
        case .more: break
        case .stop: throw .clientGone
        case .wait:
            plays.note { $0.waits += 1 }
            await withUnsafeContinuation { room = $0 }
            plays.note { $0.resumed += 1 }
        }
    }
}

/// Opens once; who waits goes on then.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    var isOpen: Bool { state.withLock { $0.isOpen } }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for action in waiting { action() }
    }

    private func whenOpen(_ action: @escaping @Sendable () -> Void) {
        let isOpen = state.withLock { state in
            if !state.isOpen { state.waiting.append(action) }
            return state.isOpen
        }
        if isOpen { action() }
    }

    /// Waits until one of two opens.
    static func first(_ one: Gate, _ other: Gate) async {
        await withCheckedContinuation { continuation in
            let box = Once(continuation)
            one.whenOpen { box.resume() }
            other.whenOpen { box.resume() }
        }
    }

    /// A continuation that whoever comes first resumes.
    private final class Once: Sendable {
        private let waiting: Mutex<CheckedContinuation<Void, Never>?>

        init(_ continuation: CheckedContinuation<Void, Never>) {
            waiting = Mutex(continuation)
        }

        func resume() {
            let continuation = waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            continuation?.resume()
        }
    }
}
