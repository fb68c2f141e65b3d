internal import SluiceConfig
internal import SluiceCore
internal import SluiceProcessors
internal import SluiceServer
internal import SluiceTokens

/// proxy.conf as values: everything that is to run, checked.
struct ProxySettings {
    var serving: ServingSettings
    var log: LogSettings
    var limits: PipelineLimits
    var providers: [ConfiguredProvider]
    var listings: [ProviderListing]
    var defaultProvider: ConfiguredProvider?
    /// Where each provider is, and with what it is asked, for `sluice check`.
    var upstreams: [String: String]
    /// Empty: anybody may ask.
    var clients: [ClientSection]
    /// What is known of models.
    var models: [ModelSection]
    /// The tokenizers that models name by their files.
    var tokenizers = TokenizerFiles()
    /// What the processors were made of beside their sections.
    var environment: ProcessorEnvironment
    var processors: [any Processor]
    /// Nil: limits are counted in memory.
    var redis: RedisSettings?
    /// Whether tokens are counted that a provider does not tell.
    var countsUsage = true
    /// The types of ``processors``, in order, for `sluice check`.
    var processorTypes: [String]
    /// Certificates, keys and authorities: a change of one is a change of the configuration.
    var watchedFiles: [String]
    /// Of the file's keys.
    var digests: [String: Int]

    /// Reads all sections, and complains of everything that can be found wrong at once.
    ///
    /// - Parameters:
    ///   - listen: what holds instead of the addresses of the file.
    ///   - bound: where the process listens already, whatever the file says.
    /// - Throws: `ConfigurationErrors`.
    init(
        _ root: Section, registry: Registry, listen: [ListenAddress]? = nil,
        bound: [ListenAddress] = []
    ) throws {
        var errors = ConfigurationErrors()
        let server = try errors.attempt { try root.section("server") } ?? nil
        let defaults = try errors.attempt { try UpstreamTimeouts(server) } ?? UpstreamTimeouts()
        serving = try errors.attempt { try ServingSettings(server) } ?? ServingSettings()
        limits = try errors.attempt { try PipelineLimits(server) } ?? PipelineLimits()
        log = try errors.attempt { try LogSettings(root.section("log")) } ?? LogSettings()
        redis = try errors.attempt { try root.section("redis").map(RedisSettings.init) } ?? nil
        let usage = try errors.attempt { try root.section("usage") } ?? nil
        countsUsage = try errors.attempt { try usage?.bool("count", default: true) ?? true } ?? true
        (providers, listings, clients, processors, processorTypes) = ([], [], [], [], [])
        (watchedFiles, digests, upstreams) = ([], root.digests, [:])
        models = []
        var files = TokenizerFiles()
        for section in try errors.attempt({ try root.sections("models") }) ?? [] {
            let model = try errors.attempt { try ModelSection(section, &files) }
            guard let model else { continue }
            if models.contains(where: { $0.name == model.name && $0.provider == model.provider }) {
                errors.append(section.error("another model has this name", key: "name"))
            }
            models.append(model)
        }
        tokenizers = files
        environment = ProcessorEnvironment(models, files.all)
        let clientSections = try errors.attempt { try root.sections("clients") }
        for section in try errors.attempt({ try root.sections("providers") }) ?? [] {
            guard
                let made = try errors.attempt({
                    try ProviderSection(section, registry: registry, defaults: defaults)
                })
            else { continue }
            if providers.contains(where: { $0.name == made.provider.name }) {
                errors.append(section.error("another provider has this name", key: "name"))
            }
            if made.passesClientKey, clientSections?.isEmpty == false {
                errors.append(
                    section.error(
                        "would get the clients' keys of this proxy, since there are [[clients]]; give it a token of its own",
                        key: "token"))
            }
            providers.append(made.provider)
            upstreams[made.provider.name] = made.upstream
            if let listing = made.listing { listings.append(listing) }
        }
        if errors.isEmpty { try errors.attempt { try checkProviders(ofModels: root) } }
        var limitNames: Set<String> = []
        for section in try errors.attempt({ try root.sections("processors") }) ?? [] {
            let processor = try errors.attempt {
                try registry.makeProcessor(section, in: environment)
            }
            if let processor { processors.append(processor) }
            if let limits = processor as? RateLimits, !limitNames.insert(limits.name).inserted {
                errors.append(
                    section.error(
                        "another rate-limits section counts under this name; give each a name of its own",
                        key: "name"))
            }
            processorTypes.append((try? section.string("type")) ?? "?")
        }
        let isComplete = errors.isEmpty
        for section in clientSections ?? [] {
            try errors.attempt { try addClient(section, isComplete: isComplete) }
        }
        if clientSections?.isEmpty == true {
            try errors.attempt { try refuseStrangers(root, at: listen, bound) }
        }
        defaultProvider =
            try errors.attempt { try findDefault(root, isComplete: isComplete) } ?? nil
        if errors.isEmpty {
            _ = try errors.attempt {
                // First, since a misspelt section is a better answer than a missing one.
                try root.rejectUnreadKeys()
                if providers.isEmpty {
                    throw root.error(
                        "there is no [[providers]] section; add one, or serve without a file")
                }
            }
        } else {
            _ = try errors.attempt { try root.rejectUnreadKeys() }
        }
        try errors.throwIfAny()
        tokenizers.forgetOthers()
        watchedFiles = root.namedFiles.watched
    }

    /// What runs without a file: the echo provider on loopback.
    static func withoutFile(
        registry: Registry, listen: [ListenAddress]? = nil
    ) throws -> ProxySettings {
        let text = """
            [[providers]]
            name = "echo"
            type = "echo"
            """
        return try ProxySettings(Configuration.parse(text), registry: registry, listen: listen)
    }

    private mutating func addClient(_ section: Section, isComplete: Bool) throws {
        let client = try ClientSection(
            section, providers: isComplete ? providers.map(\.name) : nil)
        guard !clients.contains(where: { $0.name == client.name }) else {
            throw section.error("another client has this name", key: "name")
        }
        var known = Set(clients.flatMap(\.keys).map(\.hash.identity))
        guard client.keys.allSatisfy({ known.insert($0.hash.identity).inserted }) else {
            throw section.error("one of these keys stands there twice", key: "keys")
        }
        clients.append(client)
    }

    /// Without clients only this machine may ask, unless the file says otherwise: keys of providers are worth money.
    private func refuseStrangers(
        _ root: Section, at listen: [ListenAddress]?, _ bound: [ListenAddress]
    ) throws {
        let addresses = (listen ?? serving.addresses) + bound
        guard !serving.isOpen, let address = addresses.first(where: { !$0.isLocal }) else { return }
        let section = listen == nil ? try root.section("server") : nil
        throw (section ?? root).error(
            "\(address) is not of this machine alone, and nobody is asked for a key; add [[clients]] (see `sluice key new`), or say open = true in [server]",
            key: section == nil ? nil : "listen")
    }

    private func checkProviders(ofModels root: Section) throws {
        for section in try root.sections("models") {
            guard let name = try section.optionalString("provider"),
                !providers.contains(where: { $0.name == name })
            else { continue }
            let names = providers.map(\.name).joined(separator: ", ")
            throw section.error("no provider has this name; there are: \(names)", key: "provider")
        }
    }

    private func findDefault(_ root: Section, isComplete: Bool) throws -> ConfiguredProvider? {
        guard let name = try root.optionalString("default_provider") else { return nil }
        guard let provider = providers.first(where: { $0.name == name }) else {
            // With a broken provider section, or a misspelt one, the name may be one that was not read.
            guard isComplete, !providers.isEmpty else { return nil }
            let names = providers.map(\.name).joined(separator: ", ")
            throw root.error(
                "no provider has this name; there are: \(names)", key: "default_provider")
        }
        return provider
    }
}

extension ProcessorEnvironment {
    fileprivate init(_ models: [ModelSection], _ files: FileTokenizers) {
        let table = ModelTable(
            models.filter { $0.provider == nil }.map { ($0.name, $0.facts) },
            providers: Dictionary(grouping: models.filter { $0.provider != nil }) {
                $0.provider ?? ""
            }.mapValues { $0.map { ($0.name, $0.facts) } })
        self.init(models: table, counter: RequestTokenCounter(table, files: files))
    }
}
