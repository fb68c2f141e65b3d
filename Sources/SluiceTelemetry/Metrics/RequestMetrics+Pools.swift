extension RequestMetrics {
    /// Shows the connection pools; call it once.
    ///
    /// - Parameter state: gives the present state. It is called at each exposition, on the thread that asks for it.
    public func showPools(_ state: @escaping @Sendable () -> UpstreamPoolState) {
        // The registry keeps the collector, which must not keep the registry.
        registry.addCollector { [weak registry] in
            guard let registry else { return }
            Self.show(state(), registry)
        }
    }

    private static func show(_ state: UpstreamPoolState, _ registry: MetricsRegistry) {
        for (name, count) in [("idle", state.idle), ("in_use", state.inUse)] {
            registry.gauge(
                "sluice_upstream_connections", help: "Connections to providers.",
                labels: [("state", name)]
            ).set(Int64(count))
        }
        registry.counter(
            "sluice_upstream_connections_dialled_total", help: "Connections opened to providers."
        ).mirror(Double(state.dialled))
        registry.counter(
            "sluice_upstream_connections_reused_total",
            help: "Requests that found a connection to their provider waiting."
        ).mirror(Double(state.reused))
    }
}
