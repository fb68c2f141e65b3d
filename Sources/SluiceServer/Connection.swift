internal import CSluiceLinux
internal import Glibc
internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// One client's connection: its socket, what came in, and what waits to go out.
///
/// It is registered with epoll once, edge-triggered, for life. Reading happens only while somebody wants input: pipelined requests wait in
/// the kernel until the answer before them is done. Requests are served by one task, in ``serve()``.
final class Connection: ReadinessHandler, AlarmHandler {
    /// What the connection is busy with; it decides which time limit holds and what a FIN means.
    enum Phase {
        /// Between requests.
        case idle
        case readingHead
        case readingBody
        case answering
        /// Our side is closed; what the client still sends is thrown away, so that no reset destroys our last words.
        case lingering
        case closed
    }

    let client: String
    unowned let server: ServerLoop
    let poller: Poller
    private let descriptor: Int32
    private var watch: Poller.Watch?
    private lazy var alarm = Alarm(poller, handler: self)
    private var task: Task<Void, Never>?

    private(set) var phase = Phase.readingHead
    /// Bytes received and not yet parsed; owns memory only while there are some.
    private(set) var input: [UInt8] = []
    private var sink: RequestBodyReader?
    private var output = OutputQueue()
    private var mayRead = true
    /// Everything the client sent was read, and it will send no more.
    private(set) var inputEnded = false
    /// The client's FIN has arrived; bytes before it may still be unread.
    private var sawPeerClose = false
    /// When the first byte of the current request came.
    private var requestStartedAt: UInt64
    private var inputWaiter: UnsafeContinuation<Void, Never>?
    private var roomWaiter: UnsafeContinuation<Void, Never>?
    private var exchange: Exchange?
    private var writer: ConnectionWriter?
    private var servedRequests = 0

    init(_ descriptor: Int32, client: String, server: ServerLoop) {
        self.descriptor = descriptor
        self.client = client
        self.server = server
        poller = server.poller
        requestStartedAt = server.poller.now
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
        arm()
        task = poller.spawn(serve)
        return true
    }

    // MARK: Serving

    private func serve() async {
        poller.loop.preconditionIsolated()
        while let head = await nextHead() {
            let body = RequestBodyReader(head, connection: self)
            let writer = ConnectionWriter(head, body: body, connection: self)
            let exchange = Exchange(
                head, body: body, id: writer.id, client: client, startedAt: requestStartedAt,
                writer: writer, services: server.services, pipeline: server.pipeline)
            self.exchange = exchange
            self.writer = writer
            if phase != .readingBody { enter(.answering) }
            _ = await exchange.run()
            self.exchange = nil
            self.writer = nil
            servedRequests += 1
            guard phase != .closed else { return }
            guard writer.keepsAlive, body.isComplete else {
                return await closeGently(expectsInput: !body.isComplete)
            }
            await waitForRoom()
        }
        await closeGently(expectsInput: phase == .readingHead)
    }

    /// Reads up to the next request's head; nil at the end of the connection, with what has to be said about it already said.
    private func nextHead() async -> RequestHead? {
        var parser = RequestHeadParser(limits: server.settings.headLimits)
        if input.isEmpty {
            enter(servedRequests == 0 ? .readingHead : .idle)
            if server.isDraining { return nil }
        } else {
            requestStartedAt = poller.now
            enter(.readingHead)
        }
        while phase != .closed {
            if !input.isEmpty {
                switch parse(&parser) {
                case .complete(let head, let consumed):
                    consume(consumed)
                    return head
                case .refused(let refusal):
                    server.refuse(refusal, on: self, startedAt: requestStartedAt)
                    return nil
                case .incomplete:
                    break
                }
            }
            guard await receive() else { return nil }
        }
        return nil
    }

    private func parse(_ parser: inout RequestHeadParser) -> HeadProgress<RequestHead> {
        let bytes = input
        return parser.parse(bytes.span)
    }

    // MARK: Input

    /// Waits for bytes; false when none will come.
    func receive() async -> Bool {
        guard phase != .closed else { return false }
        let before = input.count
        if mayRead { read() }
        while isWaiting(since: before) {
            // Other jobs of the loop may run before the closure does, so it asks again.
            await withUnsafeContinuation { continuation in
                if isWaiting(since: before) {
                    inputWaiter = continuation
                } else {
                    continuation.resume()
                }
            }
        }
        return phase != .closed && (input.count > before || sink?.hasNews == true)
    }

    private func isWaiting(since count: Int) -> Bool {
        input.count == count && sink?.hasNews != true && !inputEnded && phase != .closed
    }

    /// Forgets parsed bytes.
    func consume(_ count: Int) {
        if count == input.count {
            poller.buffers.give(&input)
        } else {
            input.removeFirst(count)
        }
    }

    /// While a body is read, bytes go to its decoder straight from the read buffer.
    func direct(to sink: RequestBodyReader?) {
        self.sink = sink
        if sink != nil { enter(.readingBody) } else if phase == .readingBody { enter(.answering) }
    }

    /// Keeps bytes that belong to the next request.
    func keep(_ bytes: Span<UInt8>) {
        if input.isEmpty { input = poller.buffers.take() }
        input.append(copying: bytes)
    }

    private func read() {
        let result = poller.scratch.receive(descriptor) { bytes in
            if sink == nil, input.isEmpty { requestStartedAt = poller.now }
            if phase == .idle { enter(.readingHead) }
            if let sink { sink.take(bytes) } else { keep(bytes) }
        }
        switch result {
        case .moved(let count):
            // A short read emptied the socket, and the next byte rings again; but a FIN has rung already.
            if count < Scratch.capacity { mayRead = sawPeerClose }
            if phase == .readingBody { arm() }
        case .wouldBlock:
            mayRead = false
        case .ended, .failed:
            mayRead = false
            inputEnded = true
        }
    }

    // MARK: Readiness

    func ready(_ readiness: Readiness) {
        if readiness.contains(.writable), !output.isEmpty { flushOutput() }
        guard phase != .closed else { return }
        if !readiness.isDisjoint(with: [.readable, .peerClosed, .hungUp, .failed]) {
            mayRead = true
        }
        if readiness.contains(.peerClosed) { sawPeerClose = true }
        if !readiness.isDisjoint(with: [.hungUp, .failed]) { return clientIsGone() }
        switch phase {
        case .lingering:
            discardInput()
        case .answering:
            leaveIfHalfClosed()
        case .idle, .readingHead, .readingBody:
            if mayRead { read() }
            wakeReader()
        case .closed:
            break
        }
    }

    /// A client that closed its sending side while it waits for an answer has gone, unless the configuration says otherwise.
    private func leaveIfHalfClosed() {
        if sawPeerClose, !server.settings.allowsHalfClose { clientIsGone() }
    }

    private func wakeReader() {
        guard let waiter = inputWaiter else { return }
        inputWaiter = nil
        waiter.resume()
    }

    private func clientIsGone() {
        let writer = self.writer
        // A body that ends with the connection would seem whole after an orderly end.
        close(resetting: exchange != nil || !output.isEmpty)
        writer?.onClientGone?()
        task?.cancel()
    }

    // MARK: Output

    var waitingBytes: Int { output.count }

    /// Sends two pieces, or queues them.
    func send(_ first: [UInt8], _ second: [UInt8]) {
        guard phase != .closed else { return }
        let wasEmpty = output.isEmpty
        switch output.send(first, second, to: descriptor, pool: poller.buffers) {
        case .allSent: break
        case .someLeft: if wasEmpty { arm() }
        case .broken: clientIsGone()
        }
    }

    func waitForRoom() async {
        await waitForOutput(atMost: server.settings.highWaterMark)
    }

    /// Waits until no more than `limit` bytes wait for the client.
    private func waitForOutput(atMost limit: Int) async {
        while phase != .closed, waitingBytes > limit {
            await withUnsafeContinuation { continuation in
                if phase != .closed, waitingBytes > limit {
                    roomWaiter = continuation
                } else {
                    continuation.resume()
                }
            }
        }
    }

    private func flushOutput() {
        let progress = output.flush(to: descriptor, pool: poller.buffers)
        if progress == .broken { return clientIsGone() }
        arm()
        if waitingBytes <= server.settings.highWaterMark / 2 { wakeWriter() }
    }

    private func wakeWriter() {
        guard let waiter = roomWaiter else { return }
        roomWaiter = nil
        waiter.resume()
    }

    // MARK: Time

    private func enter(_ next: Phase) {
        guard phase != .closed else { return }
        phase = next
        arm()
        if next == .answering { leaveIfHalfClosed() }
    }

    /// Sets the alarm to the limit that holds now.
    private func arm() {
        let limits = server.timeLimits
        if !output.isEmpty { return alarm.set(after: limits.write) }
        switch phase {
        case .idle: alarm.set(after: limits.keepAlive)
        case .readingHead: alarm.set(after: limits.header)
        case .readingBody: alarm.set(after: limits.body)
        case .lingering: alarm.set(after: limits.linger)
        case .answering, .closed: alarm.cancel()
        }
    }

    func rang(_ alarm: Alarm) {
        switch phase {
        case .answering, .lingering, .idle:
            clientIsGone()
        case .readingHead where !output.isEmpty || (input.isEmpty && servedRequests > 0):
            clientIsGone()
        case .readingHead:
            server.refuse(.headerTimeout, on: self, startedAt: requestStartedAt)
            inputEnded = true
            wakeReader()
        case .readingBody:
            sink?.fail(.bodyTimeout)
            wakeReader()
        case .closed:
            break
        }
    }

    // MARK: Ending

    /// Ends an idle connection, or lets the one at work finish its answer without keep-alive.
    func drain() {
        if phase == .idle || (phase == .readingHead && input.isEmpty) { clientIsGone() }
    }

    /// Ends the exchange under way with an error the client can see.
    func interrupt(_ error: ProxyError) {
        guard let exchange else { return clientIsGone() }
        exchange.interrupt(error)
        sink?.fail(error)
        if phase == .readingBody { wakeReader() }
        task?.cancel()
    }

    /// Closes at once, whatever is under way.
    func abandon() {
        clientIsGone()
    }

    /// Sends what waits, closes our side, and reads on for a moment so that the client gets our last bytes.
    ///
    /// - Parameter expectsInput: whether the client may be in the middle of sending something.
    private func closeGently(expectsInput: Bool) async {
        guard phase != .closed else { return }
        await waitForOutput(atMost: 0)
        guard phase != .closed else { return }
        if inputEnded || (!mayRead && !expectsInput && input.isEmpty) { return close() }
        shutdown(descriptor, Int32(SHUT_WR))
        enter(.lingering)
        discardInput()
    }

    /// Throws away what has come, a part of it a turn; the linger time bounds how often.
    private func discardInput() {
        for _ in 0..<16 {
            switch poller.scratch.receive(descriptor, { _ in }) {
            case .moved: continue
            case .wouldBlock: return
            case .ended, .failed: return close()
            }
        }
    }

    /// Closes in a way that the client cannot take for the end of an answer.
    func reset() {
        close(resetting: true)
    }

    private func close(resetting: Bool = false) {
        guard phase != .closed else { return }
        phase = .closed
        alarm.cancel()
        if let watch { poller.forget(watch) }
        watch = nil
        if resetting { sluice_reset(descriptor) } else { Glibc.close(descriptor) }
        poller.buffers.give(&input)
        output = OutputQueue()
        server.closed(self)
        wakeReader()
        wakeWriter()
    }
}
