public import ArgumentParser
internal import Foundation
public import SluiceCore
internal import Synchronization

/// The command line. `main.swift` is all a build of one's own needs:
///
/// ```swift
/// import Sluice
///
/// var registry = Registry.standard
/// registry.processor("word-budget", WordBudget.init)
/// await SluiceCommand.run(registry)
/// ```
public struct SluiceCommand: AsyncParsableCommand {
    /// Name, version and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "sluice", abstract: "A reverse proxy for large-language-model traffic.",
        version: version,
        subcommands: [
            ServeCommand.self, CheckCommand.self, HealthCommand.self, KeyCommand.self,
            SecretCommand.self, TokensCommand.self,
        ])

    /// The version of Sluice.
    public static let version = "0.1.0"

    /// For the argument parser; call ``run(_:)``.
    public init() {}

    /// Parses the process's arguments, runs the command and exits.
    public static func run(_ registry: Registry = .standard) async {
        self.registry.withLock { $0 = registry }
        await main()
    }

    /// Commands are made by the argument parser, which has no way to hand them anything.
    private static let registry = Mutex(Registry())
    static var parts: Registry { registry.withLock { $0 } }
}
