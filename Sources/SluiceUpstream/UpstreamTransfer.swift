internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// One exchange with an upstream: a request going out, an answer coming in.
///
/// The loop's readiness drives it by synchronous calls, so that an answer passes through in the turn that read it. No task waits for it.
final class UpstreamTransfer: UpstreamExchange, ConnectionUser, DialObserver, TurnEndHandler {
    enum Sending {
        /// There is no connection yet, or nothing was written to it.
        case idle
        /// Bytes wait for the socket.
        case sending
        /// The socket took all that the client has sent so far.
        case uploading
        case sent
        /// An answer came before the end, or the connection broke.
        case abandoned
    }

    /// What has to be sent. Forgotten once a connection has taken the first bytes: from there on it cannot go out again.
    private struct Errand {
        let request: UpstreamRequest
        let rest: (any IncomingBody)?
    }

    let origin: Origin
    var poller: Poller { origin.poller }
    let limits: UpstreamLimits
    let deadline: UInt64?

    private(set) var receiver: (any ResponseReceiver)?
    private var errand: Errand?
    private(set) var connection: UpstreamConnection?
    private var dial: Dial?
    var outgoing = Outgoing()
    var sending = Sending.idle
    /// Whether any connection took any byte of the request.
    var hasSent = false
    var upload: Upload?
    var answer: AnswerReader
    /// The receiver said `.wait`: nothing is read.
    var isHeld = false
    private(set) var hasEnded = false
    /// When it is ended, if it has not ended by then, and with what.
    private(set) var leave: (at: UInt64, error: ProxyError)?

    init(
        to origin: Origin, limits: UpstreamLimits, deadline: UInt64?, toHEAD: Bool,
        receiver: any ResponseReceiver
    ) {
        self.origin = origin
        self.deadline = deadline
        self.receiver = receiver
        self.limits = limits
        answer = AnswerReader(toHEAD: toHEAD)
    }

    /// Begins; the receiver hears of everything further.
    func start(_ request: UpstreamRequest, rest: (any IncomingBody)?) {
        if let deadline, deadline <= poller.now {
            return fail(.upstreamTimeout("total, before it was sent"))
        }
        guard let idle = origin.takeIdle() else {
            errand = Errand(request: request, rest: rest)
            return dialAnew()
        }
        connection = idle
        idle.user = self
        errand = Errand(request: request, rest: rest)
        send(request, rest: rest)
    }

    /// Ends it in this turn, whatever it is doing.
    func end(_ error: ProxyError) {
        dial?.cancel()
        dial = nil
        fail(error)
    }

    func end(_ error: ProxyError, after time: UInt64) {
        guard !hasEnded else { return }
        guard connection != nil else { return end(error) }
        leave = (poller.now &+ time, error)
        if isHeld { disarm() } else { armIdleTimer() }
    }

    // MARK: Dialling

    private func dialAnew() {
        var timeout = limits.connect
        if let deadline {
            timeout = min(timeout ?? .max, deadline > poller.now ? deadline - poller.now : 1)
        }
        let begun = origin.dial(timeout: timeout, observer: self)
        // A dial can fail at once.
        if !hasEnded, connection == nil { dial = begun }
    }

    func dialled(_ result: Result<Link, DialFailure>) {
        dial = nil
        switch result {
        case .success(let link):
            guard let made = UpstreamConnection(link, to: origin, poller: poller) else {
                return fail(.cannotConnect("the event loop refused the socket"))
            }
            origin.statistics.dialledOne()
            connection = made
            made.user = self
            if let errand { send(errand.request, rest: errand.rest) }
        case .failure(let failure):
            fail(.cannotConnect(failure.detail, timedOut: failure.timedOut))
        }
    }

    /// Goes back to the start: an idle connection was closed before it took a byte. A new one is not paid for with a second one.
    func becomeStale() {
        guard let stale = connection else { return }
        connection = nil
        sending = .idle
        outgoing.discard(to: poller.buffers)
        upload = nil
        origin.drop(stale, reset: false)
        dialAnew()
    }

    /// A connection took the first bytes: the request cannot go out once more.
    func noteSent() {
        hasSent = true
        errand = nil
    }

    // MARK: Readiness

    func connectionIsReady(_ connection: UpstreamConnection) {
        if connection.mayRead {
            // An idle connection that ends, or speaks, before it was asked something is of no use.
            if !hasSent, connection.isReused { return becomeStale() }
            readAvailable()
        }
        if !hasEnded, connection.mayWrite { flush() }
    }

    // MARK: Ends

    /// The answer is whole, or the receiver needs no more of it.
    ///
    /// - Parameter isHeld: the receiver has still to come to terms with what it got, and says so with ``resume()``.
    func finish(isHeld: Bool = false) {
        guard !hasEnded else { return }
        var isComplete = false
        if case .complete = answer.phase { isComplete = true }
        let isInStep = isComplete && answer.keepsAlive && sending == .sent
        if let connection = release() {
            if isInStep {
                origin.keep(connection)
            } else {
                origin.drop(connection, reset: !isComplete)
            }
        }
        if !isHeld { report(nil) }
    }

    func fail(_ error: ProxyError) {
        if let connection = release() { origin.drop(connection, reset: true) }
        report(error)
    }

    private func release() -> UpstreamConnection? {
        hasEnded = true
        errand = nil
        if sending != .sent { outgoing.discard(to: poller.buffers) }
        let released = connection
        connection = nil
        upload?.transferEnded()
        upload = nil
        return released
    }

    /// The last word to the receiver.
    func report(_ error: ProxyError?) {
        guard let receiver else { return }
        self.receiver = nil
        receiver.ended(error)
    }
}
