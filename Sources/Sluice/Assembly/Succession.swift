internal import Logging
internal import SluiceServer

/// This process's place in a row of processes that serve the same addresses, one after the other.
///
/// The one that serves keeps a socket where the next one finds it. The next one gets the listening sockets, and they are open in both:
/// no connection is refused while one accepts as well as the other, and then only the other.
final class Succession {
    private let predecessor: Predecessor?
    /// The sockets to listen on that are open already.
    let inherited: InheritedListeners
    /// Where the next one asks; it waits until this process serves.
    private let gateListener: Listener?
    private var gate: TakeoverGate?

    /// - Parameters:
    ///   - path: where takeovers are asked for; nil without.
    ///   - activated: sockets from a service manager.
    /// - Throws: `TakeoverFailure`, `CannotListen`.
    init(_ path: String?, activated: [Listener]) throws {
        predecessor = try path.flatMap { try Predecessor(at: $0, activated: activated) }
        inherited = predecessor?.listeners ?? InheritedListeners(activated: activated)
        gateListener = try predecessor?.gate ?? path.map { try Listener(gate: $0) }
    }

    /// The proxy serves: from here on the predecessor accepts nothing, and somebody else may take over.
    func takePlace(
        _ proxy: Proxy, onSuccessor: @escaping @Sendable (TakeoverGate.Successor) -> Void
    ) async {
        if let predecessor {
            let answered = predecessor.relieve(serving: proxy.server)
            proxy.logger.info(
                answered
                    ? "took over" : "took over from a process that had no more to say about it",
                metadata: ["process": .stringConvertible(predecessor.process)])
        }
        guard let gateListener, let server = proxy.server else { return }
        gate = await TakeoverGate.open(
            gateListener, for: server, on: proxy.loops[0], logger: proxy.logger,
            onReady: onSuccessor)
    }

    /// Ends without a successor.
    func end() async {
        if let gate { await gate.close() } else { gateListener?.close() }
    }

    /// Leaves the sockets to the successor, and finishes what has come here.
    func leave(_ proxy: Proxy, to successor: TakeoverGate.Successor) async {
        let gate = gate
        _ = await proxy.leave(successor.taken) { await gate?.handOver() }
    }
}
