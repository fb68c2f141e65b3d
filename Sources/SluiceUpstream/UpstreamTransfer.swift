internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// One exchange with an upstream: a request going out, an answer coming in.
///
/// The loop's readiness drives it by synchronous calls, so that an answer passes through in the turn that read it. The task that asked
/// for the exchange sleeps meanwhile and hears ``Signal``s.
final class UpstreamTransfer: ConnectionUser, DialObserver {
    /// What the task must know.
    enum Signal {
        case connected
        /// The receiver wants no more for now.
        case held
        /// An idle connection turned out to be closed before it took a byte.
        case stale
        case ended
    }

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

    let poller: Poller
    let receiver: any ResponseReceiver
    private let dialer: Dialer
    private let origin: Origin
    private let statistics: UpstreamStatistics
    let limits: UpstreamLimits
    let deadline: UInt64?

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
    private var failure: ProxyError?
    private var mustResolve = false

    // Safety: set by `nextSignal` alone, which one task calls; `raise` takes it out before it resumes it, and every end raises.
    private var waiter: UnsafeContinuation<Signal, Never>?
    private var raised: Signal?

    init(
        poller: Poller, dialer: Dialer, origin: Origin, statistics: UpstreamStatistics,
        limits: UpstreamLimits, deadline: UInt64?, toHEAD: Bool,
        receiver: any ResponseReceiver
    ) {
        self.poller = poller
        self.dialer = dialer
        self.origin = origin
        self.statistics = statistics
        self.deadline = deadline
        self.receiver = receiver
        self.limits = limits
        answer = AnswerReader(toHEAD: toHEAD)
    }

    func run(
        _ request: UpstreamRequest, rest: (any IncomingBody)?
    ) async throws(ProxyError) {
        if let deadline, deadline <= poller.now { throw .upstreamTimeout("total") }
        var mayReuse = true
        repeat {
            if !mayReuse || !takeIdle() { try await dialAnew() }
            send(request, rest: rest)
            // A connection that was found closed is not paid for with a second one.
            mayReuse = false
        } while try await receive() == .stale
        if let failure { throw failure }
    }

    /// Ends it in this turn, whatever it is doing.
    func cancel() {
        dial?.cancel()
        dial = nil
        fail(.clientGone)
    }

    // MARK: The task

    private func takeIdle() -> Bool {
        guard let idle = origin.takeIdle() else { return false }
        connection = idle
        idle.user = self
        return true
    }

    private func dialAnew() async throws(ProxyError) {
        var timeout = limits.connect
        if let deadline {
            timeout = min(timeout ?? .max, deadline > poller.now ? deadline - poller.now : 1)
        }
        let begun = dialer.dial(origin.key, timeout: timeout, observer: self)
        // A dial can fail at once.
        if raised == nil { dial = begun }
        _ = await nextSignal()
        dial = nil
        if let failure { throw failure }
    }

    private func receive() async throws(ProxyError) -> Signal {
        while true {
            let signal = await nextSignal()
            switch signal {
            case .held where !hasEnded:
                do {
                    try await receiver.resolveWait()
                } catch {
                    fail(error)
                    throw error
                }
                resume()
            case .stale:
                return signal
            case .ended:
                if mustResolve, failure == nil { try await receiver.resolveWait() }
                return signal
            case .connected, .held: break
            }
        }
    }

    private func nextSignal() async -> Signal {
        await withUnsafeContinuation { continuation in
            // Looked at here and not before: the call itself may give way to other work of the loop.
            if let signal = raised {
                raised = nil
                continuation.resume(returning: signal)
            } else {
                waiter = continuation
            }
        }
    }

    func raise(_ signal: Signal) {
        if let waiting = waiter {
            waiter = nil
            waiting.resume(returning: signal)
        } else {
            raised = signal
        }
    }

    // MARK: Dialling

    func dialled(_ result: Result<Link, DialFailure>) {
        dial = nil
        switch result {
        case .success(let link):
            guard let made = UpstreamConnection(link, to: origin, poller: poller) else {
                return fail(.cannotConnect("the event loop refused the socket"))
            }
            statistics.dialledOne()
            connection = made
            made.user = self
            raise(.connected)
        case .failure(let failure):
            fail(.cannotConnect(failure.detail, timedOut: failure.timedOut))
        }
    }

    // MARK: Readiness

    func connectionIsReady(_ connection: UpstreamConnection) {
        // The task that writes the request may have its turn later; the connection remembers what it was told.
        if sending == .idle { return }
        if connection.mayRead { readAvailable() }
        if !hasEnded, connection.mayWrite { flush() }
    }

    // MARK: Ends

    /// The answer is whole, or the receiver needs no more of it.
    func finish(mustResolve: Bool = false) {
        guard !hasEnded else { return }
        self.mustResolve = mustResolve
        var isComplete = false
        if case .complete = answer.phase { isComplete = true }
        let isInStep = isComplete && answer.keepsAlive && sending == .sent
        end { connection in
            if isInStep {
                origin.keep(connection)
            } else {
                origin.drop(connection, reset: !isComplete)
            }
        }
    }

    func fail(_ error: ProxyError) {
        guard !hasEnded else { return }
        failure = error
        end { origin.drop($0, reset: true) }
    }

    /// Goes back to the start, where another connection is tried.
    func becomeStale() {
        guard let connection else { return }
        self.connection = nil
        sending = .idle
        origin.drop(connection, reset: false)
        raise(.stale)
    }

    private func end(_ dispose: (UpstreamConnection) -> Void) {
        hasEnded = true
        if sending != .sent { outgoing.discard(to: poller.buffers) }
        if let connection {
            self.connection = nil
            dispose(connection)
        }
        upload?.transferEnded()
        upload = nil
        raise(.ended)
    }
}
