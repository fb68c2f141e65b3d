internal import Glibc
public import Logging
public import SluiceConfig
public import SluiceCore
internal import SluiceLoop
public import SluiceServer
internal import SluiceTelemetry
internal import SluiceUpstream
internal import Synchronization

/// A running proxy: loops, listeners and the pipeline of its configuration.
///
/// ```swift
/// let proxy = try await Proxy.start(configuration: "proxy.conf", registry: .standard)
/// let answer = try await proxy.pipeline.execute(body)
/// await proxy.stop()
/// ```
public final class Proxy: Sendable {
    private let registry: Registry
    /// What holds instead of the addresses of the configuration.
    private let listen: [ListenAddress]?
    let loops: [Loop]
    let server: Server?
    private let telemetry: Telemetry
    private let readiness: Readiness
    private let host: LoopHost
    private let verification = KeyVerification()
    private let limitStores = LimitStores()
    private let ending = Mutex<Task<Int, Never>?>(nil)
    private let current: Mutex<(settings: ProxySettingsBox, pipeline: Pipeline)>

    /// The pipeline of this moment; it also runs requests in process.
    public var pipeline: Pipeline { current.withLock { $0.pipeline } }

    /// Where it listens, with the ports that were taken.
    public var addresses: [ListenAddress] { server?.addresses ?? [] }

    /// Writes to the log of this proxy.
    public var logger: Logger { telemetry.logger }

    /// Starts a proxy.
    ///
    /// - Parameters:
    ///   - root: the configuration; nil for the echo provider on 127.0.0.1:8080.
    ///   - listen: replaces the addresses of the configuration; an empty list listens nowhere, for use in process.
    /// - Throws: `ConfigurationErrors`, `CannotListen`.
    public static func start(
        _ root: Section? = nil, registry: Registry = .standard, listen: [ListenAddress]? = nil
    ) async throws -> Proxy {
        prepare()
        let settings = try ProxySettings.read(root, registry: registry, listen: listen)
        return try await Proxy(settings, registry: registry, listen: listen, inheriting: .none)
    }

    /// Starts a proxy with the configuration in a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - listen: replaces the addresses of the file; an empty list listens nowhere, for use in process.
    /// - Throws: `ConfigurationErrors`, `CannotListen`.
    public static func start(
        configuration path: String, registry: Registry = .standard, listen: [ListenAddress]? = nil
    ) async throws -> Proxy {
        prepare()
        return try await start(Configuration.load(path), registry: registry, listen: listen)
    }

    /// What comes before a configuration is read, since secrets are decrypted and parts are made then.
    static func prepare() {
        TLSLibrary.prepare()
        Telemetry.prepare()
    }

    /// - Parameter inherited: sockets that are used rather than opened anew.
    init(
        _ settings: ProxySettings, registry: Registry, listen: [ListenAddress]?,
        inheriting inherited: InheritedListeners
    ) async throws {
        self.registry = registry
        self.listen = listen
        let count = settings.serving.loops == 0 ? Loop.processorCount : settings.serving.loops
        let loops = (0..<count).map { Loop.start(name: "sluice-loop-\($0)") }
        let telemetry = Telemetry(settings.log)
        let readiness = Readiness()
        let host = LoopHost(loops, statistics: telemetry.upstream)
        let pipeline = settings.pipeline(
            registry: registry, telemetry: telemetry, readiness: readiness, host: host,
            verification: verification, limitStores: limitStores)
        let addresses = listen ?? settings.serving.addresses
        do {
            let listeners = try inherited.listeners(for: addresses)
            server =
                listeners.isEmpty
                ? nil
                : try await Server.start(
                    on: listeners, loops: loops, settings: settings.serving.server,
                    pipeline: pipeline, services: host.services)
        } catch {
            for loop in loops { loop.stop() }
            throw error
        }
        self.loops = loops
        self.telemetry = telemetry
        self.readiness = readiness
        self.host = host
        current = Mutex((ProxySettingsBox(settings), pipeline))
        if let server { telemetry.show(server) }
        telemetry.showCertificates(settings.serving.server.tls)
        warnOfCertificates(settings)
        warnOfStrangers(settings)
        learnModels()
    }

    /// Takes over another configuration, for requests that come from now on. Listening addresses, the number of loops and the log's
    /// format stay as they are until a restart.
    ///
    /// - Throws: `ConfigurationErrors`; then nothing has changed.
    public func reload(_ root: Section) async throws {
        _ = try await replace(root)
    }

    /// - Returns: the keys at the top level of the file whose values differ from those of before.
    func replace(_ root: Section) async throws -> [String] {
        let settings = try ProxySettings(
            root, registry: registry, listen: listen, bound: addresses)
        let askedForKeys = self.pipeline.clients != nil
        let pipeline = settings.pipeline(
            registry: registry, telemetry: telemetry, readiness: readiness, host: host,
            verification: verification, limitStores: limitStores)
        let (lasting, digests) = current.withLock { current in
            if let directory = pipeline.routes.catalog as? ModelDirectory,
                let former = current.pipeline.routes.catalog as? ModelDirectory
            {
                directory.inherit(former)
            }
            let (lasting, digests) = (current.settings.lasting, current.settings.digests)
            current = (ProxySettingsBox(settings, startedWith: lasting), pipeline)
            return (lasting, digests)
        }
        for key in lasting.differences(from: LastingSettings(settings)) {
            logger.warning(
                "this change takes effect at the next start", metadata: ["key": .string(key)])
        }
        warnOfCertificates(settings)
        warnOfStrangers(settings, askedForKeys: askedForKeys)
        await server?.replace(settings.serving.server, pipeline)
        telemetry.showCertificates(settings.serving.server.tls)
        learnModels()
        return Set(digests.keys).union(settings.digests.keys).filter {
            digests[$0] != settings.digests[$0]
        }
    }

    /// Counts that the configuration was read again.
    func noteReload(accepted: Bool) { telemetry.noteReload(accepted: accepted) }

    /// Files beside the configuration whose change is a change of it.
    var watchedFiles: [String] { current.withLock { $0.settings.watchedFiles } }

    /// Those of them that are tokenizers.
    var tokenizerFiles: Set<String> { current.withLock { $0.settings.tokenizerFiles } }

    /// Stops: `/readyz` turns 503, listeners close, requests under way finish within the drain time, and what is left then ends with an
    /// error its client can see. Exchanges in process are requests like others. A second call waits for the first.
    ///
    /// - Returns: how many exchanges were interrupted.
    @discardableResult
    public func stop() async -> Int {
        await endOnce { await self.end() }
    }

    private func endOnce(_ end: @escaping @Sendable () async -> Int) async -> Int {
        let task = ending.withLock { ending in
            let task = ending ?? Task { await end() }
            ending = task
            return task
        }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func end() async -> Int {
        let serving = current.withLock { $0.settings.serving }
        readiness.end()
        if serving.shutdownDelay > .zero { try? await Task.sleep(for: serving.shutdownDelay) }
        async let hosted = host.drain(within: serving.drainTimeout, telling: .shuttingDown)
        let served = await server?.drain(within: serving.drainTimeout) ?? 0
        return await ended(interrupted: hosted + served)
    }

    /// Stops in favour of another process that serves these addresses already. `/readyz` stays as it is: who asks over a connection of
    /// before wants to know about the address, and that has not changed.
    ///
    /// - Parameters:
    ///   - taken: which listeners the other process has.
    ///   - left: called when no connection will be accepted here any more.
    func leave(
        _ taken: Set<Int>, onceLeft left: @escaping @Sendable () async -> Void
    ) async -> Int {
        await endOnce {
            let limit = self.current.withLock { $0.settings.serving.drainTimeout }
            await self.server?.leaveListeners(taken)
            await left()
            async let hosted = self.host.drain(within: limit, telling: .restarted)
            let served = await self.server?.drainAfterLeaving(within: limit) ?? 0
            return await self.ended(interrupted: hosted + served)
        }
    }

    /// Says that the process ends before what is under way.
    func giveUp(_ signal: String) {
        logger.warning(
            "giving up what is left at a second signal", metadata: ["signal": .string(signal)])
        telemetry.flush(within: .milliseconds(200))
    }

    private func ended(interrupted: Int) async -> Int {
        await limitStores.finish()
        for loop in loops { loop.stop() }
        logger.log(
            level: interrupted > 0 ? .warning : .info, "stopped",
            metadata: ["interrupted": .stringConvertible(interrupted)])
        telemetry.flush(within: .seconds(1))
        return interrupted
    }

    /// A certificate that does not hold is served all the same: clients that do not look are better off than with nothing.
    private func warnOfCertificates(_ settings: ProxySettings) {
        if !addresses.isEmpty, !addresses.contains(where: \.hasTLS),
            settings.serving.server.tls != nil
        {
            logger.warning("certificates are not used: no listening address begins with tls:")
        }
        for certificate in settings.serving.server.tls?.certificates ?? [] {
            guard let complaint = certificate.complaint(at: Int(time(nil))) else { continue }
            logger.warning(
                "clients will refuse a certificate",
                metadata: [
                    "file": .string(certificate.file), "reason": .string(complaint),
                    "names": .string(certificate.names.joined(separator: ", ")),
                ])
        }
    }

    /// - Parameter askedForKeys: whether the configuration before had clients.
    private func warnOfStrangers(_ settings: ProxySettings, askedForKeys: Bool = false) {
        for warning in settings.warnings(at: addresses, askedForKeys: askedForKeys) {
            logger.warning(
                "nothing guards the providers' keys", metadata: ["reason": .string(warning)])
        }
        for warning in settings.limitWarnings {
            logger.warning(
                "limits may not do what was meant", metadata: ["reason": .string(warning)])
        }
    }

    /// Asks providers for their models before the first request needs to know.
    private func learnModels() {
        (pipeline.routes.catalog as? ModelDirectory)?.learn()
    }
}

/// What a proxy keeps of its settings after the start.
final class ProxySettingsBox: Sendable {
    let serving: (shutdownDelay: Duration, drainTimeout: Duration)
    let lasting: LastingSettings
    let watchedFiles: [String]
    let tokenizerFiles: Set<String>
    let digests: [String: Int]

    /// - Parameter startedWith: what the process was started with; nil at the start.
    init(_ settings: ProxySettings, startedWith: LastingSettings? = nil) {
        serving = (settings.serving.shutdownDelay, settings.serving.drainTimeout)
        watchedFiles = settings.watchedFiles
        tokenizerFiles = settings.tokenizers.paths
        digests = settings.digests
        lasting = startedWith ?? LastingSettings(settings)
    }
}

/// Settings that stay as they are until the next start.
struct LastingSettings: Sendable, Equatable {
    private let values: [String: String]

    init(_ settings: ProxySettings) {
        let addresses = settings.serving.addresses.map(\.description).joined(separator: " ")
        values = [
            "[server] listen": addresses,
            "[server] loops": "\(settings.serving.loops)",
            "[server] takeover": settings.serving.takeover ?? "",
            "[log] format": settings.log.format.rawValue,
            "[log] level": settings.log.level.rawValue,
            "[log] access": "\(settings.log.access)",
        ]
    }

    /// The keys whose values are not the same, sorted.
    func differences(from other: LastingSettings) -> [String] {
        values.keys.filter { values[$0] != other.values[$0] }.sorted()
    }
}
