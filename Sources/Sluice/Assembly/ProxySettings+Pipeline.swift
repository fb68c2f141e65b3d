internal import Logging
internal import SluiceConfig
internal import SluiceCore
internal import SluiceProcessors
internal import SluiceServer
internal import SluiceTelemetry

extension ProxySettings {
    /// - Parameter listen: what holds instead of the addresses of the file.
    static func read(
        _ root: Section?, registry: Registry, listen: [ListenAddress]?
    ) throws -> ProxySettings {
        guard let root else { return try withoutFile(registry: registry, listen: listen) }
        return try ProxySettings(root, registry: registry, listen: listen)
    }

    /// Puts the parts together in the order a request meets them.
    ///
    /// - Parameter verification: knows keys of clients from before, if this is a reload.
    func pipeline(
        registry: Registry, telemetry: Telemetry, readiness: Readiness, host: LoopHost,
        verification: KeyVerification, limitStores: LimitStores
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
                TokensEndpoint(
                    environment.models, tokenizers.all, aliases: ModelAliases(processors)),
            ],
            parsers: registry.parsers, processors: processors,
            routes: Routes(
                providers: providers, defaultProvider: defaultProvider, catalog: directory),
            clients: clientDirectory(directory, verification), limits: limits,
            records: telemetry.records,
            logger: logger, host: host, accounting: accounting,
            limitStore: limitStores.store(for: redis, telemetry))
    }

    /// Where requests are counted before they go out, the vocabularies of the models that the file names are unpacked now. Elsewhere they may
    /// never be needed, and take memory only once they are.
    private func prepare(_ counter: RequestTokenCounter) {
        guard processors.contains(where: { $0 is TokenLimits || $0 is RateLimits }) else { return }
        let served = providers.flatMap { $0.models ?? [] }
        let names = served + environment.models.entries.map(\.name)
        counter.prepare(names.map { $0.hasSuffix("*") ? String($0.dropLast()) : $0 })
    }

    private var accounting: UsageAccounting {
        let counter = RequestTokenCounter(environment.models, files: tokenizers.all)
        prepare(counter)
        return UsageAccounting(
            models: environment.models, prompts: counter, texts: counter, counts: countsUsage)
    }

    /// - Returns: nil where anybody may ask.
    private func clientDirectory(
        _ catalog: ModelDirectory, _ verification: KeyVerification
    ) -> ClientDirectory? {
        guard !clients.isEmpty else { return nil }
        return ClientDirectory(
            clients.flatMap { section in
                let client = Client(
                    name: section.name, models: section.models,
                    routes: section.providers.map { routes(to: $0, catalog) })
                return section.keys.map {
                    ClientDirectory.Entry(hash: $0.hash, client: client, end: $0.end)
                }
            }, verification: verification)
    }

    /// The ways of a client to its providers: as if there were no others.
    private func routes(to names: [String], _ catalog: ModelDirectory) -> Routes {
        let own = providers.filter { names.contains($0.name) }
        let isOwn = own.contains { $0 === defaultProvider }
        return Routes(
            providers: own, defaultProvider: isOwn ? defaultProvider : nil, catalog: catalog)
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
