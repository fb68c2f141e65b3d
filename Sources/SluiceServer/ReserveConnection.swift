internal import CSluiceLinux
internal import Glibc
internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// A connection on one of the last descriptors: who asks for the proxy's own state is let in, and anybody else is sent away.
///
/// It only looks at what came and leaves it to be read by the ``Connection`` that may follow.
final class ReserveConnection: ReadinessHandler, AlarmHandler {
    /// What came so far asks for.
    private enum Wish { case silent, unfinished, state, other }

    private let descriptor: Int32
    private let client: String
    private let server: ServerLoop
    private var watch: Poller.Watch?
    private let grace: Alarm
    /// Others wait behind this one. A client that wants something has sent it with the handshake's end, or right behind it.
    private static let patience: UInt64 = 50_000_000

    init(_ descriptor: Int32, client: String, server: ServerLoop) {
        self.descriptor = descriptor
        self.client = client
        self.server = server
        grace = Alarm(server.poller)
        grace.handler = self
    }

    deinit {
        grace.cancel()
    }

    func start() {
        watch = server.poller.watch(
            descriptor, for: [.readable, .peerClosed, .edgeTriggered], handler: self)
        guard watch != nil else { return end() }
        grace.set(after: Self.patience)
        decide()
    }

    func ready(_ readiness: Readiness) {
        readiness.isDisjoint(with: [.hungUp, .failed]) ? decide() : end()
    }

    /// Who has said nothing is told nothing: it may speak TLS, or be there to hold a descriptor.
    func rang(_ alarm: Alarm) {
        look() == .silent ? end() : sendAway()
    }

    private func decide() {
        switch look() {
        case .silent, .unfinished: return
        case .state: letIn()
        case .other: sendAway()
        }
    }

    private func look() -> Wish {
        var wish = Wish.silent
        let socket = descriptor
        let peek = { recv(socket, $0, $1, Int32(MSG_PEEK | MSG_DONTWAIT)) }
        _ = server.poller.scratch.fill(using: peek) { bytes in
            var parser = RequestHeadParser(limits: server.settings.headLimits)
            switch parser.parse(bytes) {
            case .complete(let head, _):
                wish = server.pipeline.answersItself(head) ? .state : .other
            case .incomplete: wish = .unfinished
            case .refused: wish = .other
            }
        }
        return wish
    }

    private func letIn() {
        leave()
        server.accepted(descriptor, client: client, onReserve: true)
    }

    private func sendAway() {
        // A new connection's buffer takes all of it.
        var output = OutputQueue()
        _ = output.send(
            server.refusal(.overloaded).bytes, to: descriptor, pool: server.poller.buffers)
        shutdown(descriptor, Int32(SHUT_WR))
        // What is left unread would make the close a reset, and take the answer along.
        for _ in 0..<16 {
            guard case .moved = server.poller.scratch.receive(descriptor, { _ in }) else { break }
        }
        end()
    }

    private func end() {
        leave()
        close(descriptor)
        server.sentAway()
    }

    private func leave() {
        grace.cancel()
        if let watch { server.poller.unwatch(watch, of: descriptor) }
        watch = nil
    }
}

extension ProxyError {
    static let overloaded = ProxyError(
        status: 503, code: "proxy_overloaded", fault: .proxy, retry: .after(seconds: 1),
        message: "The proxy has more connections than it can serve. Please retry.")
}
