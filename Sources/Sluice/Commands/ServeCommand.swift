internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Logging
internal import SluiceConfig
internal import SluiceLoop
internal import SluiceServer

/// `sluice serve`: runs until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve requests. Without a file: the echo provider on 127.0.0.1:8080.")

    @Option(help: "The configuration file.")
    var config: String?

    @Option(help: "Listen here instead of where the file says; may be repeated.")
    var listen: [String] = []

    @Option(help: "A file to write the listening addresses to, one a line, once all are open.")
    var readyFile: String?

    func run() async throws {
        let addresses = try listen.map { text in
            do { return try ListenAddress(text) } catch {
                throw ValidationError("--listen \(text): \(error)")
            }
        }
        DescriptorLimits.raise()
        let signals = Termination.watch()
        let proxy: Proxy
        do {
            proxy = try await Proxy.start(
                config.map { try Configuration.load($0) }, registry: SluiceCommand.parts,
                listen: addresses.isEmpty ? nil : addresses)
        } catch {
            throw Complaint(error)
        }
        let withoutFile = config == nil ? ignoreHangUps(proxy) : nil
        let reloader = config.map { ConfigurationReloader($0, proxy: proxy) }
        reloader?.start()
        Loop.releaseStartMemory()
        // Last: whoever waits for this may send a signal at once.
        for address in proxy.addresses {
            proxy.logger.info("listening", metadata: ["address": "\(address)"])
        }
        if let readyFile { try writeReadyFile(readyFile, proxy.addresses) }
        let signal = await signals.first { _ in true } ?? "cancellation"
        proxy.logger.info("draining", metadata: ["signal": "\(signal)"])
        reloader?.stop()
        withoutFile?.cancel()
        await proxy.stop()
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
