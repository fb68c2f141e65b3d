internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Logging
internal import SluiceConfig
internal import SluiceLoop
internal import SluiceServer
internal import Synchronization

/// `sluice serve`: runs until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve requests. Without a file: the echo provider on 127.0.0.1:8080.")

    @Option(help: "The configuration file.")
    var config: String?

    @Option(help: "Listen here instead of where the file says; may be repeated.")
    var listen: [String] = []

    @Option(
        help: ArgumentHelp(
            "A Unix socket for restarts without loss: who serves there hands over, then drains.",
            valueName: "path"))
    var takeover: String?

    @Option(help: "A file to write the listening addresses to, one a line, once all are open.")
    var readyFile: String?

    func run() async throws {
        let addresses = try listen.map { text in
            do { return try ListenAddress(text) } catch {
                throw ValidationError("--listen \(text): \(error)")
            }
        }
        if let takeover, TakeoverPath(takeover) == nil {
            throw ValidationError("--takeover \(takeover): \(TakeoverPath.requirement)")
        }
        DescriptorLimits.raise()
        let (endings, ending) = AsyncStream.makeStream(of: Ending.self)
        Termination.watch {
            ending.yield(.signal($0))
        } onSecond: { signal in
            Self.running.withLock { $0 }?.giveUp(signal)
        }
        let (proxy, succession) = try await start(on: addresses)
        Self.running.withLock { $0 = proxy }
        let withoutFile = config == nil ? ignoreHangUps(proxy) : nil
        let reloader = config.map { ConfigurationReloader($0, proxy: proxy) }
        reloader?.start()
        Loop.releaseStartMemory()
        try await announce(proxy, succession)
        await succession.takePlace(proxy) { ending.yield(.successor($0)) }
        ServiceManager.ready()
        let reason = await endings.first { _ in true } ?? .signal("cancellation")
        reloader?.stop()
        withoutFile?.cancel()
        await end(proxy, succession, reason)
    }

    /// For a second signal, which waits for nobody.
    private static let running = Mutex<Proxy?>(nil)

    /// Why the process ends.
    private enum Ending: Sendable {
        case signal(String)
        case successor(TakeoverGate.Successor)
    }

    private func start(on addresses: [ListenAddress]) async throws -> (Proxy, Succession) {
        do {
            Proxy.prepare()
            let sockets = try SocketActivation.take()
            // Sockets that are there already are all that is listened on.
            let replacement = sockets.isEmpty ? addresses.nonEmpty : sockets.map(\.address)
            let settings = try ProxySettings.read(
                config.map { try Configuration.load($0) }, registry: SluiceCommand.parts,
                listen: replacement)
            let activated = try SocketActivation.assign(
                sockets, by: addresses.nonEmpty ?? settings.serving.addresses)
            let succession = try Succession(
                takeover ?? settings.serving.takeover, activated: activated)
            do {
                let proxy = try await Proxy(
                    settings, registry: SluiceCommand.parts,
                    listen: activated.nonEmpty?.map(\.address) ?? replacement,
                    inheriting: succession.inherited)
                return (proxy, succession)
            } catch {
                await succession.end()
                throw error
            }
        } catch {
            throw Complaint(error)
        }
    }

    /// Says where it listens. Whoever waits for this may send a signal at once, or start the next process.
    private func announce(_ proxy: Proxy, _ succession: Succession) async throws {
        for address in proxy.addresses {
            proxy.logger.info("listening", metadata: ["address": "\(address)"])
        }
        guard let readyFile else { return }
        do {
            try writeReadyFile(readyFile, proxy.addresses)
        } catch {
            // Who serves until now serves on; what came here in the meantime is answered.
            await succession.end()
            _ = await proxy.leave([]) {}
            throw Complaint(error)
        }
    }

    private func end(_ proxy: Proxy, _ succession: Succession, _ reason: Ending) async {
        switch reason {
        case .signal(let name):
            ServiceManager.stopping()
            proxy.logger.info("draining", metadata: ["signal": "\(name)"])
            await succession.end()
            await proxy.stop()
        case .successor(let successor):
            proxy.logger.info(
                "draining: another process has taken over",
                metadata: ["process": .stringConvertible(successor.process)])
            await succession.leave(proxy, to: successor)
        }
    }

    /// Without a file there is nothing to read again, and a closed terminal is no reason to end.
    private func ignoreHangUps(_ proxy: Proxy) -> SignalWatch {
        SignalWatch(SIGHUP) {
            proxy.logger.notice("SIGHUP ignored: there is no configuration file to read again")
        }
    }

    private func writeReadyFile(_ path: String, _ addresses: [ListenAddress]) throws {
        let text = addresses.map { "\($0)\n" }.joined()
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}

extension Array {
    fileprivate var nonEmpty: Self? { isEmpty ? nil : self }
}

/// An error as the command line prints it: each finding on its line, no type names.
struct Complaint: Error, CustomStringConvertible {
    let description: String

    /// Several findings stand below a line of their own, so that each has the same form.
    init(_ error: any Error) {
        let count = (error as? ConfigurationErrors)?.errors.count ?? 1
        description =
            count > 1 ? "the configuration has \(count) errors:\n\(error)" : "\(error)"
    }

    init(_ sentence: String) {
        description = sentence
    }
}
