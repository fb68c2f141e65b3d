internal import Glibc
internal import Logging
internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire
internal import Synchronization

/// The client side of one loop: its acceptors and connections.
final class ServerLoop {
    let poller: Poller
    let services: LoopServices
    private(set) var settings: ServerSettings
    private(set) var timeLimits: TimeLimits
    /// The pipeline of this moment: a reload changes it between two requests.
    private(set) var pipeline: Pipeline
    /// For heads that come whole.
    var parser: RequestHeadParser
    /// The first head of the latest connection: the next one is often of the same kind of client, and shares its memory.
    var latestHead = HeadMemory()
    private let shared: ServerState
    let handshakes: HandshakeQueue
    private var acceptors: [Acceptor] = []
    private var connections: [ObjectIdentifier: Connection] = [:]
    /// Exchanges whose client has gone, and which end in a moment.
    private var departing = 0
    private var ids = RequestID()
    private var date = ResponseDate()
    private var onceEmpty: [() -> Void] = []
    private(set) var isDraining = false
    /// What drains gives idle connections time for one request more.
    private(set) var awaitsLastRequests = false

    init(
        poller: Poller, services: LoopServices, settings: ServerSettings, pipeline: Pipeline,
        shared: ServerState
    ) {
        self.poller = poller
        handshakes = HandshakeQueue(poller)
        self.services = services
        self.settings = settings
        timeLimits = TimeLimits(settings)
        parser = RequestHeadParser(limits: settings.headLimits)
        self.pipeline = pipeline
        self.shared = shared
    }

    /// Serves requests from now on by other rules; those under way keep theirs.
    func replace(_ settings: ServerSettings, _ pipeline: Pipeline) {
        self.settings = settings
        timeLimits = TimeLimits(settings)
        parser = RequestHeadParser(limits: settings.headLimits)
        self.pipeline = pipeline
        // They were understood under the limits of before.
        latestHead = HeadMemory()
        for connection in connections.values { connection.headMemory = HeadMemory() }
    }

    /// The parser with what it knows of a head that has not come whole; the next head has a new one.
    func takeParser() -> RequestHeadParser {
        defer { parser = RequestHeadParser(limits: settings.headLimits) }
        return parser
    }

    func nextID() -> String { ids.next() }
    func dateField() -> [UInt8] { date.field(at: poller.now) }

    // MARK: Connections

    func listen(_ listener: Listener) {
        let acceptor = Acceptor(listener, poller: poller, server: self)
        acceptors.append(acceptor)
        acceptor.start()
    }

    var mayAccept: Bool {
        shared.connections.load(ordering: .relaxed) < settings.maximumConnections
    }

    func accepted(
        _ descriptor: Int32, client: String, hasTLS: Bool = false, onReserve: Bool = false
    ) {
        let session = hasTLS ? settings.tls?.accept(descriptor) : nil
        guard !hasTLS || session != nil else {
            close(descriptor)
            return
        }
        shared.connections.add(1, ordering: .relaxed)
        let connection = Connection(descriptor, session, client: client, server: self)
        connection.isOnReserve = onReserve
        connections[ObjectIdentifier(connection)] = connection
        if !connection.start() { closed(connection) }
    }

    func closed(_ connection: Connection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        shared.connections.subtract(1, ordering: .relaxed)
        if connection.isOnReserve { returned() }
        reportEmpty()
    }

    /// An exchange ends later than its connection, which has been closed.
    func departs() { departing += 1 }

    func departed() {
        departing = max(0, departing - 1)
        reportEmpty()
    }

    // MARK: Descriptors

    func ranOutOfDescriptors() {
        shared.noteExhaustion(now: poller.now)
    }

    func sentAway() {
        shared.sentAway.add(1, ordering: .relaxed)
        returned()
    }

    /// A descriptor of the reserve was closed.
    func returned() {
        for acceptor in acceptors { acceptor.resume() }
    }

    // MARK: Refusing

    /// Answers a request that never became one, and records it.
    func refuse(_ error: ProxyError, on connection: Connection, startedAt: UInt64) {
        var (answer, bodyCount) = refusal(error)
        connection.send(&answer)
        var record = AccessRecord(
            id: nextID(), client: connection.client, method: "-", route: "unknown")
        record.tls = connection.tls
        record.status = error.status
        record.outcome = Outcome.refused(error).name
        record.errorCode = error.code
        record.errorDetail = error.message
        record.bytesOut = UInt64(bodyCount)
        record.duration = poller.now &- startedAt
        pipeline.records.started()
        pipeline.records.finished(record)
    }

    /// An answer for who made no request that could be served: all of it, and how much of that is its body.
    func refusal(_ error: ProxyError) -> (bytes: [UInt8], bodyCount: Int) {
        let body = pipeline.fallbackDialect?.errorBody(error) ?? []
        var bytes: [UInt8] = []
        MessageWriter.statusLine(error.status, into: &bytes)
        bytes += dateField()
        MessageWriter.field(name: "content-type", value: "application/json", into: &bytes)
        MessageWriter.field(name: "content-length", value: body.count, into: &bytes)
        if case .after(let seconds) = error.retry {
            MessageWriter.field(name: "retry-after", value: seconds, into: &bytes)
        }
        MessageWriter.field(name: "connection", value: "close", into: &bytes)
        MessageWriter.lineEnd(into: &bytes)
        return (bytes + body, body.count)
    }

    // MARK: Handshakes

    func shookHands(_ isResumed: Bool, _ version: String?) {
        shared.count { counts in
            switch (version, isResumed) {
            case ("1.3", false): counts.completed13 += 1
            case ("1.3", true): counts.resumed13 += 1
            case (_, false): counts.completed12 += 1
            case (_, true): counts.resumed12 += 1
            }
        }
    }

    func handshakeFailed(
        _ kind: WritableKeyPath<HandshakeCounts, Int>, client: String, reason: String
    ) {
        shared.count { $0[keyPath: kind] += 1 }
        pipeline.logger.debug(
            "TLS handshake failed",
            metadata: ["client": .string(client), "reason": .string(reason)]
        )
    }

    // MARK: Draining

    /// - Parameter takesRest: whether connections that wait to be accepted are served; otherwise whoever closes the listener resets them.
    func stopListening(takesRest: Bool) {
        for acceptor in acceptors { if takesRest { acceptor.takeRest() } else { acceptor.stop() } }
        acceptors = []
    }

    /// Closes idle connections, and returns when those at work have finished.
    ///
    /// - Parameter awaitsLastRequests: gives connections that wait for a request time to bring one. It is the last: its answer says so.
    func drain(awaitsLastRequests: Bool) async {
        isDraining = true
        self.awaitsLastRequests = awaitsLastRequests
        for connection in Array(connections.values) { connection.drain() }
        await withUnsafeContinuation { continuation in
            if connections.isEmpty, departing == 0 {
                continuation.resume()
            } else {
                onceEmpty.append { continuation.resume() }
            }
        }
    }

    /// Ends what is still at work, with an error its clients can see.
    ///
    /// - Returns: how many exchanges that were.
    func interruptAll(_ error: ProxyError) -> Int {
        let open = Array(connections.values)
        let count = open.count { $0.exchange != nil }
        for connection in open { connection.interrupt(error) }
        return count
    }

    /// Closes what is left, without a word.
    func abandonAll() {
        for connection in Array(connections.values) { connection.abandon() }
        departing = 0
        reportEmpty()
    }

    private func reportEmpty() {
        guard isDraining, connections.isEmpty, departing == 0 else { return }
        let reports = onceEmpty
        onceEmpty = []
        for report in reports { report() }
    }
}
