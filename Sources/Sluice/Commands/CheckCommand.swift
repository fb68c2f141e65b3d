internal import ArgumentParser
internal import SluiceConfig

/// `sluice check`: reads a configuration as `serve` would, and prints what would run.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a configuration file and print what would run.")

    @Option(help: "The configuration file.")
    var config: String

    func run() throws {
        let settings: ProxySettings
        do {
            settings = try ProxySettings(Configuration.load(config), registry: SluiceCommand.parts)
        } catch {
            throw Complaint(error)
        }
        print(settings.summary)
    }
}
