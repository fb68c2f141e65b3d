internal import CSluiceLinux
internal import Glibc
internal import Logging
internal import SluiceLoop

/// Answers the one who wants to take over.
final class GateKeeper: ReadinessHandler {
    private let gate: Listener
    private let offered: [Listener]
    private let poller: Poller
    private let logger: Logger
    private let onReady: @Sendable (TakeoverGate.Successor) -> Void
    private var watch: Poller.Watch?
    private var visit: Visit?
    private var isReady = false

    init(
        _ gate: Listener, offering offered: [Listener], poller: Poller, logger: Logger,
        onReady: @escaping @Sendable (TakeoverGate.Successor) -> Void
    ) {
        self.gate = gate
        self.offered = offered
        self.poller = poller
        self.logger = logger
        self.onReady = onReady
    }

    func open() {
        guard watch == nil else { return }
        // The kernel names to visitors the process that called this last: the first of all, if each that took over did not.
        _ = listen(gate.descriptor, Int32(SOMAXCONN))
        // Told once of each: without a descriptor for it, a visitor at the gate must not keep the loop busy.
        watch = poller.watch(gate.descriptor, for: [.readable, .edgeTriggered], handler: self)
    }

    private func rest() {
        if let watch { poller.unwatch(watch, of: gate.descriptor) }
        watch = nil
    }

    func ready(_ readiness: Readiness) {
        while visit == nil {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = sluice_accept(gate.descriptor, &address, &length)
            guard descriptor >= 0 else { return }
            guard let channel = TakeoverChannel(descriptor) else {
                logger.warning("a process of another user asked to take over")
                continue
            }
            // Whoever comes next waits at the gate until this one is done, and then perhaps for the one that took over.
            rest()
            visit = Visit(channel, keeper: self, poller: poller)
        }
    }

    /// - Returns: false when there is nothing to say to this.
    func answer(_ message: TakeoverMessage, on channel: TakeoverChannel) -> Bool {
        switch message {
        case .hello:
            gate.share()
            return channel.send(.offer(count: offered.count), descriptor: gate.descriptor)
        case .give(let index) where offered.indices.contains(index):
            let listener = offered[index]
            listener.share()
            return channel.send(
                .listener(
                    wanted: listener.wanted, address: listener.address, withFile: listener.isOwner),
                descriptor: listener.descriptor)
        case .ready(let taken) where taken.allSatisfy(offered.indices.contains):
            isReady = true
            onReady(TakeoverGate.Successor(taken: Set(taken), process: channel.peer))
            return true
        default:
            _ = channel.send(.refused)
            return false
        }
    }

    func visitEnded() {
        guard let visit else { return }
        self.visit = nil
        // A successor that had said that it serves, and then ended, is not waited for: handing over is under way.
        guard !isReady else { return }
        logger.warning(
            "a process that was to take over ended before it served; this one serves on",
            metadata: ["process": .stringConvertible(visit.channel.peer)])
        open()
    }

    func handOver() {
        rest()
        gate.disown()
        gate.close()
        guard let visit else { return }
        _ = visit.channel.send(.yours)
        self.visit = nil
        visit.end()
    }

    func close() {
        rest()
        if let visit {
            // It has the sockets and may serve already, so the files are its own.
            self.visit = nil
            visit.end()
            gate.disown()
            for listener in offered { listener.disown() }
        }
        gate.close()
    }
}

/// One process that wants to take over, from its first word to its last.
private final class Visit: ReadinessHandler {
    let channel: TakeoverChannel
    private unowned let keeper: GateKeeper
    private let poller: Poller
    private var watch: Poller.Watch?

    init(_ channel: TakeoverChannel, keeper: GateKeeper, poller: Poller) {
        self.channel = channel
        self.keeper = keeper
        self.poller = poller
        watch = poller.watch(channel.descriptor, for: .readable, handler: self)
    }

    func ready(_ readiness: Readiness) {
        switch channel.receive() {
        case .message(let message, let descriptor):
            if let descriptor { close(descriptor) }
            if !keeper.answer(message, on: channel) { end() }
        case .nothing:
            // A hang-up without a word reads as one.
            if readiness.contains(.hungUp) { end() }
        case .end:
            end()
        }
    }

    func end() {
        guard let watch else { return }
        poller.unwatch(watch, of: channel.descriptor)
        self.watch = nil
        keeper.visitEnded()
    }
}
