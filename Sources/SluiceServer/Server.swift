internal import Logging
public import SluiceCore
public import SluiceLoop
internal import Synchronization

/// The listening side of the proxy: listeners, loops and their connections.
///
/// ```swift
/// let server = try await Server.start(on: addresses, loops: loops, settings: settings, pipeline: pipeline) { poller in … }
/// await server.drain(within: .seconds(30))
/// ```
public final class Server: Sendable {
    let listeners: [Listener]
    private let loops: [Loop]
    private let state: ServerState
    private let isListening = Mutex(true)
    /// What listeners with TLS serve by; a configuration without certificates leaves them as they are.
    private let tls: Mutex<TLSContext?>
    /// Outlasts reloads, so that sessions do.
    private let tickets: TicketKeys?

    private init(
        listeners: [Listener], loops: [Loop], state: ServerState, tls: TLSContext?,
        tickets: TicketKeys?
    ) {
        self.listeners = listeners
        self.loops = loops
        self.state = state
        self.tls = Mutex(tls)
        self.tickets = tickets
    }

    /// Binds all addresses, then accepts on all loops.
    ///
    /// - Parameter services: called once on each loop, for what exchanges need there.
    /// - Throws: ``CannotListen``; then nothing listens.
    public static func start(
        on addresses: [ListenAddress], loops: [Loop], settings: ServerSettings, pipeline: Pipeline,
        services: @escaping @Sendable (Poller) -> LoopServices
    ) async throws(CannotListen) -> Server {
        let listeners = try InheritedListeners.none.listeners(for: addresses)
        return try await start(
            on: listeners, loops: loops, settings: settings, pipeline: pipeline, services: services)
    }

    /// Accepts on all loops.
    ///
    /// - Throws: ``CannotListen``; then the listeners are closed.
    package static func start(
        on listeners: [Listener], loops: [Loop], settings: ServerSettings, pipeline: Pipeline,
        services: @escaping @Sendable (Poller) -> LoopServices
    ) async throws(CannotListen) -> Server {
        let tickets: TicketKeys?
        do {
            tickets = try prepareTLS(listeners.map(\.address), settings.tls)
        } catch {
            for listener in listeners { listener.close() }
            throw error
        }
        let logger = pipeline.logger
        let state = ServerState {
            logger.error("out of descriptors: new connections are sent away")
        }
        for loop in loops {
            await loop.run { poller in
                let server = ServerLoop(
                    poller: poller, services: services(poller), settings: settings,
                    pipeline: pipeline, shared: state)
                poller.settle(server)
                for listener in listeners { server.listen(listener) }
            }
        }
        return Server(
            listeners: listeners, loops: loops, state: state, tls: settings.tls, tickets: tickets)
    }

    private static func prepareTLS(
        _ addresses: [ListenAddress], _ tls: TLSContext?
    ) throws(CannotListen) -> TicketKeys? {
        guard let address = addresses.first(where: \.hasTLS) else { return nil }
        guard let tls else {
            throw CannotListen(address: address, reason: "there is no certificate")
        }
        do {
            let tickets = try TicketKeys()
            tls.use(tickets)
            return tickets
        } catch {
            throw CannotListen(address: address, reason: error.reason)
        }
    }

    /// Where it listens, with the ports that were taken.
    public var addresses: [ListenAddress] { listeners.map(\.address) }

    /// Open client connections.
    public var connections: Int { state.connections.load(ordering: .relaxed) }

    /// Connections that were closed unserved, because the process was out of descriptors.
    public var connectionsSentAway: Int { state.sentAway.load(ordering: .relaxed) }

    /// Handshakes on listeners with TLS since the start.
    public var handshakes: HandshakeCounts { state.handshakeCounts }

    /// Serves requests from now on by other rules; those under way keep theirs. New handshakes get the new certificates.
    public func replace(_ settings: ServerSettings, _ pipeline: Pipeline) async {
        var settings = settings
        settings.tls = tls.withLock { current in
            if let tickets, let next = settings.tls { next.use(tickets) }
            if let next = settings.tls { current = next }
            return current
        }
        let settled = settings
        for loop in loops {
            await loop.run { $0.resident(ServerLoop.self)?.replace(settled, pipeline) }
        }
    }

    /// Refuses new connections.
    public func stopListening() async {
        await stopListening(takesRest: false)
    }

    private func stopListening(takesRest: Bool) async {
        guard
            isListening.withLock({ isListening in
                defer { isListening = false }
                return isListening
            })
        else { return }
        for loop in loops {
            await loop.run { $0.resident(ServerLoop.self)?.stopListening(takesRest: takesRest) }
        }
        for listener in listeners { listener.close() }
    }

    /// Stops listening, lets requests under way finish, and interrupts what is left after `limit`.
    ///
    /// - Returns: how many exchanges had to be interrupted.
    @discardableResult
    public func drain(within limit: Duration) async -> Int {
        await stopListening()
        return await drain(within: limit, awaitsLastRequests: false)
    }

    /// Leaves new connections to another process that has these sockets. What was accepted until here, or would have been, is served here.
    ///
    /// - Parameter taken: which of the listeners the other process has; those that it does not want close.
    package func leaveListeners(_ taken: Set<Int>) async {
        for (index, listener) in listeners.enumerated() where taken.contains(index) {
            listener.share()
            listener.disown()
        }
        await stopListening(takesRest: true)
    }

    /// Like ``drain(within:)`` after ``leaveListeners(_:)``: who connected before, and has sent no request yet, still can.
    package func drainAfterLeaving(within limit: Duration) async -> Int {
        await drain(within: limit, awaitsLastRequests: true)
    }

    private func drain(within limit: Duration, awaitsLastRequests: Bool) async -> Int {
        let drain = Drain(
            finish: { await self.drainLoops(awaitsLastRequests: awaitsLastRequests) },
            interrupt: {
                await self.interruptAll(awaitsLastRequests ? .restarted : .shuttingDown)
            }, abandon: abandonAll)
        return await drain.run(within: limit)
    }

    private func abandonAll() async {
        for loop in loops {
            await loop.run { $0.resident(ServerLoop.self)?.abandonAll() }
        }
    }

    private func drainLoops(awaitsLastRequests: Bool) async {
        await withTaskGroup(of: Void.self) { group in
            for loop in loops {
                group.addTask {
                    await loop.perform {
                        await $0.resident(ServerLoop.self)?
                            .drain(awaitsLastRequests: awaitsLastRequests)
                    }
                }
            }
        }
    }

    /// Ends everything under way with an error event or answer.
    ///
    /// - Returns: how many exchanges that were.
    @discardableResult
    public func interruptAll(_ error: ProxyError = .shuttingDown) async -> Int {
        var count = 0
        for loop in loops {
            count += await loop.run {
                $0.resident(ServerLoop.self)?.interruptAll(error) ?? 0
            }
        }
        return count
    }
}

extension ProxyError {
    /// The proxy stops before the answer is complete.
    public static let shuttingDown = ProxyError(
        status: 503, code: "proxy_shutting_down", fault: .proxy, retry: .after(seconds: 1),
        message: "The proxy is shutting down.")

    /// Another process has taken over, and this one stops before the answer is complete.
    public static let restarted = ProxyError(
        status: 503, code: "proxy_shutting_down", fault: .proxy, retry: .after(seconds: 1),
        message: "The proxy was restarted before this response was complete. Please retry.")
}
