internal import CSluiceLinux
internal import Glibc
package import Logging
package import SluiceLoop

/// Where a process that is to take over from this one finds it. One is served at a time, on a loop of the server.
package final class TakeoverGate: Sendable {
    private let loop: Loop

    /// Somebody else has taken over.
    package struct Successor: Sendable {
        /// Which listeners of the server it has.
        package let taken: Set<Int>
        package let process: Int32
    }

    private init(_ loop: Loop) {
        self.loop = loop
    }

    /// Answers who asks at `listener`.
    ///
    /// - Parameter onReady: called once, when another process serves. Until ``handOver()`` it waits for this one's word.
    package static func open(
        _ listener: Listener, for server: Server, on loop: Loop, logger: Logger,
        onReady: @escaping @Sendable (Successor) -> Void
    ) async -> TakeoverGate {
        let listeners = server.listeners
        await loop.run { poller in
            let keeper = GateKeeper(
                listener, offering: listeners, poller: poller, logger: logger, onReady: onReady)
            poller.settle(keeper)
            keeper.open()
        }
        return TakeoverGate(loop)
    }

    /// Tells the successor that this process accepts no more.
    package func handOver() async {
        await loop.run { $0.resident(GateKeeper.self)?.handOver() }
    }

    /// Lets nobody take over any more. Who is about to keeps what it has got.
    package func close() async {
        await loop.run { $0.resident(GateKeeper.self)?.close() }
    }
}

extension Listener {
    private static let ownerOnly: mode_t = 0o600

    /// Where takeovers are asked for: by processes of the same user alone.
    package convenience init(gate path: String) throws(CannotListen) {
        let address = ListenAddress.unix(path: path)
        let descriptor = sluice_bind_unix(path, sluice_packets, Self.ownerOnly, 8)
        guard descriptor >= 0 else { throw .last(address) }
        self.init(inherited: descriptor, wanted: address, address: address)
        own()
    }
}
