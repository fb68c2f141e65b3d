/// Listening sockets that this process did not open: from a service manager, or from the process that serves until now.
package struct InheritedListeners: Sendable {
    /// From a service manager: where there are any, they are all that is listened on.
    let activated: [Listener]
    /// From the process before; the new configuration says which of them are wanted.
    let offered: [Listener]

    package static let none = InheritedListeners()

    package init(activated: [Listener] = [], offered: [Listener] = []) {
        self.activated = activated
        self.offered = offered
    }

    /// The sockets to listen on: inherited ones where there are some for an address, new ones for the others.
    ///
    /// - Throws: ``CannotListen``; then no new one is left.
    package func listeners(
        for wanted: [ListenAddress]
    ) throws(CannotListen) -> [Listener] {
        guard activated.isEmpty else { return activated }
        var rest = offered
        var listeners: [Listener] = []
        for address in wanted {
            // As it was written first: a port 0 keeps the port that it got.
            if let index = rest.firstIndex(where: { $0.wanted == address })
                ?? rest.firstIndex(where: { $0.address == address })
            {
                listeners.append(rest.remove(at: index))
                continue
            }
            do {
                listeners.append(try Listener(address))
            } catch {
                for listener in listeners { listener.close() }
                throw error
            }
        }
        return listeners
    }

    /// Which of those offered are in use: by themselves, or by a socket at the same address.
    func taken(by listeners: [Listener]) -> Set<Int> {
        Set(
            offered.indices.filter { index in
                listeners.contains { $0.address == offered[index].address }
            })
    }
}
