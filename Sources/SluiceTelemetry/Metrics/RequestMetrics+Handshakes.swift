/// Handshakes of TLS with clients, added up over all loops.
public struct HandshakeState: Sendable {
    /// How many of one kind came to an end.
    public struct Completed: Sendable {
        /// `1.2` or `1.3`.
        public var version: String
        /// Whether an earlier session was taken up.
        public var resumed: Bool
        /// Handshakes since the start.
        public var count: Int

        /// Makes a count.
        public init(version: String, resumed: Bool, count: Int) {
            self.version = version
            self.resumed = resumed
            self.count = count
        }
    }

    /// By version, and whether an earlier session was taken up.
    public var completed: [Completed]
    /// By reason.
    public var failed: [String: Int]

    /// Makes a state.
    public init(completed: [Completed], failed: [String: Int]) {
        self.completed = completed
        self.failed = failed
    }
}

extension RequestMetrics {
    /// Shows handshakes; call it once.
    ///
    /// - Parameter state: gives the present state. It is called at each exposition, on the thread that asks for it.
    public func showHandshakes(_ state: @escaping @Sendable () -> HandshakeState) {
        // The registry keeps the collector, which must not keep the registry.
        registry.addCollector { [weak registry] in
            guard let registry else { return }
            Self.show(state(), registry)
        }
    }

    private static func show(_ state: HandshakeState, _ registry: MetricsRegistry) {
        for one in state.completed {
            registry.counter(
                "sluice_tls_handshakes_total", help: "TLS handshakes with clients that succeeded.",
                labels: [("version", one.version), ("resumed", one.resumed ? "true" : "false")]
            ).mirror(Double(one.count))
        }
        for (reason, count) in state.failed.sorted(by: { $0.key < $1.key }) {
            registry.counter(
                "sluice_tls_handshake_failures_total",
                help: "TLS handshakes with clients that failed.", labels: [("reason", reason)]
            ).mirror(Double(count))
        }
    }
}
