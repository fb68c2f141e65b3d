internal import CSluiceLinux
internal import Glibc
internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// One client's connection: its socket, what came in, and what waits to go out.
///
/// It is registered with epoll once, edge-triggered, for life. Reading happens only while somebody wants input: pipelined requests wait in
/// the kernel until the answer before them is done. No task belongs to it: readiness drives it, and the ends of its exchanges.
final class Connection: ReadinessHandler, AlarmHandler, TurnEndHandler {
    /// What the connection is busy with; it decides which time limit holds and what a FIN means.
    enum Phase {
        /// Between requests.
        case idle
        case readingHead
        case readingBody
        /// An exchange is under way, or its answer has still to leave.
        case answering
        /// Our side is closed; what the client still sends is thrown away, so that no reset destroys our last words.
        case lingering
        case closed
    }

    /// So much is read where a request begins: most are shorter, and of one that is not, the rest is read to where it stays.
    private static let beginning = 16 << 10

    let client: String
    let server: ServerLoop
    let poller: Poller
    let descriptor: Int32
    private var watch: Poller.Watch?
    /// Nil without TLS.
    var session: TLSSession?
    /// Once hands are shaken.
    var tls: ClientTLS?
    let alarm: Alarm

    var phase = Phase.readingHead
    /// Bytes received and not yet parsed; owns memory only while there are some.
    private(set) var input: [UInt8] = []
    var headMemory = HeadMemory()
    /// Keeps its place in a head that came in parts.
    var partialHead: PartialHead?
    private var sink: ServedRequest?
    /// What goes out at the end of the turn; empty while the kernel has refused some.
    var departing: [UInt8] = []
    var output = OutputQueue()
    /// What follows once the client has taken what waits.
    var afterOutput: AfterOutput?
    var mayRead = true
    /// Everything the client sent was read, and it will send no more.
    var inputEnded = false
    /// The client's FIN has arrived; bytes before it may still be unread.
    var sawPeerClose = false
    /// When the first byte of the current request came.
    var requestStartedAt: UInt64
    private var inputWaiter: UnsafeContinuation<Void, Never>?
    var roomWaiter: UnsafeContinuation<Void, Never>?
    var exchange: Exchange?
    /// The client has gone, and the exchange ends in a moment.
    private(set) var isDeparting = false
    var served: ServedRequest?
    /// An exchange is being started, which can be over before that returns.
    var isStarting = false
    var servedRequests = 0
    /// Its descriptor is one of the last, so it ends with its first answer.
    var isOnReserve = false

    init(_ descriptor: Int32, _ session: TLSSession?, client: String, server: ServerLoop) {
        self.descriptor = descriptor
        self.session = session
        self.client = client
        self.server = server
        poller = server.poller
        requestStartedAt = server.poller.now
        alarm = Alarm(server.poller)
        alarm.handler = self
    }

    deinit {
        alarm.cancel()
    }

    /// Registers with the loop and starts serving; false when the kernel refuses.
    func start() -> Bool {
        watch = poller.watch(
            descriptor, for: [.readable, .writable, .peerClosed, .edgeTriggered], handler: self)
        guard watch != nil else {
            Glibc.close(descriptor)
            phase = .closed
            return false
        }
        serveNext()
        return true
    }

    // MARK: Input

    /// Waits for bytes of a body; false when none will come.
    func receive() async -> Bool {
        guard phase != .closed else { return false }
        if mayRead { read() }
        while isWaiting {
            // Other jobs of the loop may run before the closure does, so it asks again.
            await withUnsafeContinuation { continuation in
                if isWaiting {
                    inputWaiter = continuation
                } else {
                    continuation.resume()
                }
            }
        }
        return phase != .closed && sink?.body.hasNews == true
    }

    private var isWaiting: Bool { sink?.body.hasNews != true && !inputEnded && phase != .closed }

    /// Forgets parsed bytes.
    func consume(_ count: Int) {
        if count == input.count {
            poller.buffers.give(&input)
        } else {
            input.removeFirst(count)
        }
    }

    /// While a body is read, bytes go to its decoder straight from the read buffer.
    func direct(to sink: ServedRequest?) {
        self.sink = sink
        if sink != nil { enter(.readingBody) } else if phase == .readingBody { enter(.answering) }
    }

    /// Keeps bytes that belong to a later part of the connection.
    func keep(_ bytes: Span<UInt8>) {
        if input.isEmpty { input = poller.buffers.take() }
        input.append(copying: bytes)
    }

    func read() {
        if let session { return readSecurely(session) }
        let most = isBetweenRequests ? Self.beginning : Scratch.capacity
        let outcome = poller.scratch.receive(descriptor, atMost: most) { take($0) }
        note(outcome, ofAtMost: most)
        if case .moved = outcome, phase == .readingBody { arm() }
    }

    /// Remembers what a read tells of those to come.
    func note(_ outcome: Transfer, ofAtMost most: Int) {
        switch outcome {
        case .moved(let count):
            // A short read emptied the socket, and the next byte rings again; but a FIN has rung already.
            if count < most { mayRead = sawPeerClose }
        case .wouldBlock:
            mayRead = false
        case .ended, .failed:
            mayRead = false
            inputEnded = true
        }
    }

    /// Takes what was read to where it belongs.
    @inline(__always)
    func take(_ bytes: Span<UInt8>) {
        if let sink {
            sink.take(bytes)
        } else if input.isEmpty {
            requestStartedAt = poller.now
            takeHead(bytes)
        } else {
            keep(bytes)
        }
    }

    // MARK: Readiness

    func ready(_ readiness: Readiness) {
        if readiness.contains(.writable), !output.isEmpty { flushOutput() }
        guard phase != .closed else { return }
        // A read of TLS can have waited for room to write.
        if session != nil
            || !readiness.isDisjoint(with: [.readable, .peerClosed, .hungUp, .failed])
        {
            mayRead = true
        }
        if readiness.contains(.peerClosed) { sawPeerClose = true }
        if !readiness.isDisjoint(with: [.hungUp, .failed]) { return clientIsGone() }
        switch phase {
        case .lingering:
            discardInput()
        case .answering:
            if let session, session.peerHasEnded() { sawPeerClose = true }
            leaveIfHalfClosed()
        case .idle, .readingHead:
            serve()
        case .readingBody:
            if mayRead { read() }
            wakeReader()
        case .closed:
            break
        }
    }

    /// A client that closed its sending side while it waits for an answer has gone, unless the configuration says otherwise.
    func leaveIfHalfClosed() {
        if sawPeerClose, !server.settings.allowsHalfClose { clientIsGone() }
    }

    func wakeReader() {
        guard let waiter = inputWaiter else { return }
        inputWaiter = nil
        waiter.resume()
    }

    func clientIsGone() {
        guard !isDeparting else { return }
        let exchange = self.exchange
        // A body that ends with the connection would seem whole after an orderly end.
        // A drain may end with the last connection, but not before the records of those that ask for a moment.
        server.departs()
        close(resetting: exchange != nil || !output.isEmpty)
        exchange?.clientIsGone()
        if let exchange = self.exchange, exchange.endsSoon {
            isDeparting = true
        } else {
            server.departed()
        }
    }

    // MARK: Time

    func enter(_ next: Phase) {
        guard phase != .closed else { return }
        phase = next
        arm()
        if next == .answering { leaveIfHalfClosed() }
    }

    /// Sets the alarm to the limit that holds now.
    func arm() {
        if !output.isEmpty { return alarm.set(after: server.timeLimits.write) }
        switch phase {
        case .idle: alarm.set(after: server.timeLimits.keepAlive)
        case .readingHead: alarm.set(after: server.timeLimits.header)
        case .readingBody: alarm.set(after: server.timeLimits.body)
        case .lingering: alarm.set(after: server.timeLimits.linger)
        case .answering: alarm.set(after: server.timeLimits.beat)
        case .closed: alarm.cancel()
        }
    }

    func rang(_ alarm: Alarm) {
        switch phase {
        case .answering where output.isEmpty:
            beat()
        case .answering, .lingering, .idle:
            clientIsGone()
        case .readingHead where isShakingHands:
            server.handshakeFailed(\.timedOut, client: client, reason: "time limit")
            clientIsGone()
        case .readingHead where !output.isEmpty || (input.isEmpty && servedRequests > 0):
            clientIsGone()
        case .readingHead:
            // It had its time: there is no waiting for the rest.
            inputEnded = true
            refuse(.headerTimeout)
        case .readingBody:
            sink?.fail(.bodyTimeout)
            wakeReader()
        case .closed:
            break
        }
    }

    /// Has the exchange say something, if it said nothing since the last time. While bytes flow that is all they cost.
    private func beat() {
        guard let served, let exchange else { return }
        let written = served.bytesWritten
        if written == served.writtenAtBeat { exchange.beat() }
        // The heartbeat may have shown that the client is gone.
        guard phase == .answering else { return }
        served.writtenAtBeat = written
        arm()
    }

    // MARK: Ending

    /// Ends an idle connection, unless it may bring one request more, or lets the one at work finish its answer without keep-alive.
    func drain() {
        guard awaitsRequest else { return }
        if server.awaitsLastRequests { awaitLastRequest() } else { clientIsGone() }
    }

    /// Nothing of a request has come.
    var awaitsRequest: Bool { phase == .idle || (phase == .readingHead && input.isEmpty) }

    /// A client that has not sent anything yet is about to, and has its time for that. One that lies idle may be sending at this moment:
    /// its request would meet a closed connection.
    func awaitLastRequest() {
        guard phase == .idle else { return }
        let patience = server.timeLimits.lastRequest
        alarm.set(after: min(patience, server.timeLimits.keepAlive ?? patience))
    }

    /// Ends the exchange under way with an error the client can see.
    func interrupt(_ error: ProxyError) {
        guard let exchange else { return clientIsGone() }
        exchange.interrupt(error)
        sink?.fail(error)
        if phase == .readingBody { wakeReader() }
    }

    /// Closes at once, whatever is under way.
    func abandon() {
        clientIsGone()
    }

    /// Closes in a way that the client cannot take for the end of an answer.
    func reset() {
        close(resetting: true)
    }

    func close(resetting: Bool = false) {
        guard phase != .closed else { return }
        // The kernel tries to deliver it even now.
        _ = sendDeparting()
        phase = .closed
        alarm.cancel()
        if let watch { poller.forget(watch) }
        watch = nil
        if resetting {
            sluice_reset(descriptor)
        } else {
            session?.end()
            Glibc.close(descriptor)
        }
        poller.buffers.give(&input)
        output = OutputQueue()
        server.closed(self)
        wakeReader()
        wakeWriter()
    }
}
