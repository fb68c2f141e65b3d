internal import Logging
internal import SluiceConfig
internal import SluiceCore
internal import SluiceTelemetry

extension ProxySettings {
    static func read(_ root: Section?, registry: Registry) throws -> ProxySettings {
        guard let root else { return try withoutFile(registry: registry) }
        return try ProxySettings(root, registry: registry)
    }

    /// Puts the parts together in the order a request meets them.
    func pipeline(
        registry: Registry, telemetry: Telemetry, readiness: Readiness, host: LoopHost
    ) -> Pipeline {
        let logger = telemetry.logger
        let directory = ModelDirectory(
            listings, refreshInterval: serving.modelRefresh,
            ask: { host.learnModels($0, logger: logger) })
        return Pipeline(
            endpoints: [
                StateEndpoint("/healthz") { true },
                StateEndpoint("/readyz") { readiness.value },
                MetricsEndpoint(registry: telemetry.registry),
                ModelsEndpoint(directory, providers: providers),
            ],
            parsers: registry.parsers, processors: processors,
            routes: Routes(
                providers: providers, defaultProvider: defaultProvider, catalog: directory),
            limits: limits, records: telemetry.records, logger: logger, host: host)
    }
}

extension LoopHost {
    /// Asks providers for their models, beside whatever else the loops do.
    fileprivate func learnModels(_ directory: ModelDirectory, logger: Logger) {
        start { services in
            let context = ExchangeContext(
                id: "models", clientAddress: "local", logger: logger, fetcher: services.fetcher)
            func refresh() async { await directory.refresh(context) }
            _ = services.spawn(refresh)
        }
    }
}
