internal import CSluiceLinux
internal import Glibc
internal import SluiceLoop

/// Whose turn it is with a connection: the transfer it carries, or its origin while it is idle.
protocol ConnectionUser: AnyObject {
    func connectionIsReady(_ connection: UpstreamConnection)
    func connectionRang(_ connection: UpstreamConnection)
}

/// One open connection to an upstream. It owns no buffer.
///
/// It is registered once, edge-triggered, and remembers what readiness was reported until a call says that there is no more.
final class UpstreamConnection: ReadinessHandler, AlarmHandler {
    let origin: Origin
    private let poller: Poller
    private let link: Link
    private var watch: Poller.Watch?
    /// Serves whoever uses the connection; one for life, since it stays in the loop's heap until its time has come.
    let alarm: Alarm
    var user: (any ConnectionUser)?
    /// Whether it carried an exchange before.
    var isReused = false
    private(set) var mayRead = false
    private(set) var mayWrite = true
    private var isEnding = false
    private var isOpen = true
    private var idleSince: UInt64 = 0

    /// An end that comes while a connection is idle is reported by readiness. Only where it has rested for longer than this many nanoseconds is
    /// the socket asked once more before a request, which costs a system call.
    private static let trustedRest: UInt64 = 1_000_000_000

    private static let interest: Readiness = [.readable, .writable, .peerClosed, .edgeTriggered]

    /// Nil when the loop cannot watch the socket, which is closed then.
    init?(_ link: Link, to origin: Origin, poller: Poller) {
        self.link = link
        self.origin = origin
        self.poller = poller
        alarm = Alarm(poller)
        alarm.handler = self
        watch = poller.watch(link.descriptor, for: Self.interest, handler: self)
        guard watch != nil else {
            link.close(reset: false)
            return nil
        }
    }

    deinit {
        alarm.cancel()
    }

    /// Whether head and body are better sent as one piece.
    var joinsSmall: Bool { link.isWrapped }

    func ready(_ readiness: Readiness) {
        let ends: Readiness = [.peerClosed, .hungUp, .failed]
        if !readiness.isDisjoint(with: ends) { isEnding = true }
        if !readiness.isDisjoint(with: ends.union(.readable)) { mayRead = true }
        if !readiness.isDisjoint(with: ends.union(.writable)) { mayWrite = true }
        user?.connectionIsReady(self)
    }

    func rang(_ alarm: Alarm) {
        user?.connectionRang(self)
    }

    /// Reads once. After a short read a socket is empty and says so when that changes; TLS may still hold decrypted bytes.
    func receive(_ use: (Span<UInt8>) -> Void) -> Transfer {
        let outcome = link.receive(poller.scratch, use)
        switch outcome {
        case .moved(let count):
            if !link.isWrapped, !isEnding, count < Scratch.capacity { mayRead = false }
        case .wouldBlock: mayRead = false
        case .ended, .failed: break
        }
        return outcome
    }

    /// Sends what the socket takes now of two pieces that follow each other.
    func send(_ head: [UInt8], _ body: [UInt8], from offset: Int) -> Transfer {
        let outcome = link.send(head, body, from: offset)
        if outcome == .wouldBlock { mayWrite = false }
        return outcome
    }

    /// Something may be left that no edge will report.
    func readAnyway() {
        mayRead = true
    }

    /// Has the loop report the connection again in its next turn, so that others get theirs.
    func yieldTurn() {
        guard let watch else { return }
        poller.change(watch, of: link.descriptor, to: Self.interest)
    }

    /// Whether nothing has arrived: neither bytes that nobody asked for nor the end.
    func isQuiet() -> Bool {
        guard !isEnding, link.isQuiet(poller.scratch) else { return false }
        mayRead = false
        return true
    }

    func noteIdle() {
        idleSince = poller.now
    }

    /// Whether an idle connection may carry another request, as far as can be known.
    func isUsable() -> Bool {
        if !mayRead, !isEnding, poller.now &- idleSince < Self.trustedRest { return true }
        return isQuiet()
    }

    /// - Parameter reset: tells the peer at once that nobody reads its answer.
    func close(reset: Bool) {
        guard isOpen else { return }
        isOpen = false
        user = nil
        alarm.cancel()
        if let watch { poller.forget(watch) }
        link.close(reset: reset)
    }
}
