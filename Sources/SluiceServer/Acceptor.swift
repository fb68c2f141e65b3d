internal import CSluiceLinux
internal import Glibc
internal import SluiceLoop

/// Accepts the connections of one listener on one loop.
///
/// All loops wait on the same socket; the kernel wakes one of them for each connection, and that loop keeps it.
final class Acceptor: ReadinessHandler, AlarmHandler {
    private let listener: Listener
    private let poller: Poller
    private let server: ServerLoop
    private let limits = DescriptorLimits.current
    private var watch: Poller.Watch?
    private let retry: Alarm
    /// How long no connection is accepted after the process ran out of descriptors.
    private static let pause: UInt64 = 250_000_000
    /// Connections taken per turn, so that loops share a burst.
    private static let batch = 8
    private var turn: UInt64 = 0

    init(_ listener: Listener, poller: Poller, server: ServerLoop) {
        self.listener = listener
        self.poller = poller
        self.server = server
        retry = Alarm(poller)
        retry.handler = self
    }

    deinit {
        retry.cancel()
    }

    func start() {
        guard watch == nil else { return }
        watch = poller.watch(
            listener.descriptor, for: [.readable, .exclusive], handler: self)
    }

    func stop() {
        retry.cancel()
        guard let watch else { return }
        poller.unwatch(watch, of: listener.descriptor)
        self.watch = nil
    }

    /// Stops for good and takes what waits. The kernel tells of a connection once, to one of those who wait for the listener: a process
    /// that shares it would not hear of a connection that was announced here, until the next one comes.
    func takeRest() {
        stop()
        for _ in 0..<Listener.backlog {
            guard case .connection = takeOne() else { return }
        }
    }

    func ready(_ readiness: Readiness) {
        guard turn != poller.turnNumber else { return }
        turn = poller.turnNumber
        for _ in 0..<Self.batch {
            switch takeOne() {
            case .connection: continue
            case .nobody: return
            case .noRoom: return pause()
            }
        }
    }

    private enum Outcome { case connection, nobody, noRoom }

    private func takeOne() -> Outcome {
        guard server.mayAccept else { return .noRoom }
        guard let (descriptor, client) = accept() else {
            let code = sluice_errno()
            guard code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOBUFS
            else { return .nobody }
            server.ranOutOfDescriptors()
            return .noRoom
        }
        if descriptor < limits.clients {
            server.accepted(descriptor, client: client, hasTLS: listener.address.hasTLS)
        } else if !acceptedOnReserve(descriptor, client) {
            return .noRoom
        }
        return .connection
    }

    /// Who waits longest is in front, and may be all that keeps somebody from asking for health.
    ///
    /// - Returns: whether there is room for another one.
    private func acceptedOnReserve(_ descriptor: Int32, _ client: String) -> Bool {
        server.ranOutOfDescriptors()
        // What a client of TLS asks for cannot be seen without a handshake.
        guard descriptor < limits.traffic, !listener.address.hasTLS else {
            close(descriptor)
            return false
        }
        ReserveConnection(descriptor, client: client, server: server).start()
        return descriptor < limits.traffic - 1
    }

    private func accept() -> (descriptor: Int32, client: String)? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let descriptor = sluice_accept(listener.descriptor, &address, &length)
        guard descriptor >= 0 else { return nil }
        if case .unix = listener.address { return (descriptor, "unix") }
        _ = sluice_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return (descriptor, Self.text(&address))
    }

    /// Stops accepting for a while: waiting connections stay in the kernel's queue, and no loop spins on them.
    private func pause() {
        stop()
        retry.set(after: Self.pause)
    }

    func rang(_ alarm: Alarm) {
        start()
    }

    /// Ends a pause: there are descriptors again.
    func resume() {
        retry.cancel()
        start()
    }

    private static func text(_ address: inout sockaddr_storage) -> String {
        var text = [CChar](repeating: 0, count: 64)
        sluice_address_text(&address, &text, 64)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }
}
