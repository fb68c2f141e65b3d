internal import ArgumentParser
internal import Glibc
internal import SluiceServer

/// `sluice health`: asks a running proxy for `/healthz`; for containers without a shell.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a running proxy whether it is healthy; the exit status tells.")

    @Option(help: "Where it listens.")
    var address = "127.0.0.1:8080"

    func run() throws {
        let target: ListenAddress
        do { target = try ListenAddress(address) } catch {
            throw ValidationError("--address \(address): \(error)")
        }
        guard let status = HealthProbe.ask(target) else {
            throw Complaint("\(target) does not answer")
        }
        guard status == 200 else { throw Complaint("\(target) answers with status \(status)") }
    }
}
