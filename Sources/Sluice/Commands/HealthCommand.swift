internal import ArgumentParser
internal import Glibc
internal import SluiceConfig
internal import SluiceServer

/// `sluice health`: asks a running proxy for `/healthz`; for containers without a shell.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a running proxy whether it is healthy; the exit status tells.")

    @Option(help: "Where it listens, 127.0.0.1:8080 if nothing else is said.")
    var address: String?

    @Option(help: "The configuration file that says where it listens.")
    var config: String?

    func run() throws {
        let target = try target()
        let status: Int
        do throws(HealthProbe.NoAnswer) {
            status = try HealthProbe.ask(target)
        } catch {
            throw Complaint("\(target) does not answer: \(error)")
        }
        guard status == 200 else { throw Complaint("\(target) answers with status \(status)") }
    }

    private func target() throws -> ListenAddress {
        if let address {
            do { return try ListenAddress(address) } catch {
                throw ValidationError("--address \(address): \(error)")
            }
        }
        guard let config else { return .tcp(host: "127.0.0.1", port: 8080) }
        do {
            let serving = try ServingSettings(Configuration.load(config).section("server"))
            // TLS may want a certificate, which this client has not.
            let plain = serving.addresses.first { !$0.hasTLS }
            return (plain ?? serving.addresses[0]).asSeenHere
        } catch {
            throw Complaint(error)
        }
    }
}
