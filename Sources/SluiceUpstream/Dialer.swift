internal import CSluiceCurl
internal import SluiceLoop

/// Opens connections by libcurl, which resolves names, races addresses, tunnels through proxies and does TLS.
final class Dialer {
    private let poller: Poller
    /// For connections whose socket is taken over as soon as it is connected.
    private lazy var plain = DialGroup(poller)
    /// For connections that stay with libcurl.
    private var wrapped: [DialGroup] = []

    /// libcurl looks a connection up in a list at each send and receive, so the lists are kept short.
    static let connectionsPerGroup = 64

    init(_ poller: Poller) {
        CurlLibrary.prepare()
        self.poller = poller
    }

    /// Begins to connect; `observer` hears once how it went, unless the dial is cancelled.
    ///
    /// - Parameter timeout: nanoseconds, for names, sockets, proxies and TLS together.
    func dial(_ key: OriginKey, timeout: UInt64?, observer: any DialObserver) -> Dial {
        let group = key.isWrapped ? wrappedGroup() : plain
        let dial = Dial(key, timeout: timeout, observer: observer, group: group)
        group.start(dial)
        return dial
    }

    /// Stops every dial under way; their observers hear nothing.
    func cancelAll() {
        plain.cancelAll()
        for group in wrapped { group.cancelAll() }
    }

    private func wrappedGroup() -> DialGroup {
        if let group = wrapped.last, group.count < Self.connectionsPerGroup { return group }
        wrapped.removeAll { $0.count == 0 }
        if let group = wrapped.min(by: { $0.count < $1.count }),
            group.count < Self.connectionsPerGroup
        {
            return group
        }
        let group = DialGroup(poller)
        wrapped.append(group)
        return group
    }
}

/// Hears how a dial ended.
protocol DialObserver: AnyObject {
    func dialled(_ result: Result<Link, DialFailure>)
}

/// Why no connection came about.
struct DialFailure: Error {
    /// libcurl's words, which name hosts and addresses only.
    let detail: String
    let timedOut: Bool
}
