/// The exchanges of one loop that have no socket, while they are under way: who stops the loop must know what would be left hanging.
/// Not `Sendable`: it stays on its loop.
public final class HostedExchanges {
    private var exchanges: [ObjectIdentifier: (exchange: Exchange, writer: ChannelWriter)] = [:]
    private var onceEmpty: [() -> Void] = []

    init() {}

    func add(_ exchange: Exchange, writer: ChannelWriter) {
        exchanges[ObjectIdentifier(writer)] = (exchange, writer)
    }

    func remove(_ writer: ChannelWriter) {
        guard exchanges.removeValue(forKey: ObjectIdentifier(writer)) != nil else { return }
        if exchanges.isEmpty { reportEmpty() }
    }

    /// Returns when none is under way.
    public func waitUntilEmpty() async {
        if exchanges.isEmpty { return }
        await withUnsafeContinuation { continuation in
            onceEmpty.append { continuation.resume() }
        }
    }

    /// Ends all with an error that their readers can see.
    ///
    /// - Returns: how many there were.
    public func interruptAll(_ error: ProxyError) -> Int {
        let interrupted = exchanges.values.map(\.exchange)
        for exchange in interrupted { exchange.interrupt(error) }
        return interrupted.count
    }

    /// Lets those go that an interruption did not end: a part that does not return, or a reader that does not read.
    public func abandonAll() {
        let abandoned = Array(exchanges.values)
        exchanges = [:]
        for (exchange, writer) in abandoned {
            writer.abandon()
            exchange.clientIsGone()
        }
        reportEmpty()
    }

    private func reportEmpty() {
        let reports = onceEmpty
        onceEmpty = []
        for report in reports { report() }
    }
}
