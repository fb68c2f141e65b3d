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
        let directory = ModelDirectory(listings, refreshInterval: serving.modelRefresh)
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
            limits: limits, records: telemetry.records, logger: telemetry.logger, host: host)
    }
}
