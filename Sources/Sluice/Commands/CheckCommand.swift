internal import ArgumentParser
internal import Foundation
internal import SluiceConfig
internal import SluiceCore
internal import SluiceProcessors
internal import SluiceServer

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

extension ProxySettings {
    /// What would run, for people. It shows no secret.
    var summary: String {
        var lines = ["listen      " + serving.addresses.map(\.description).joined(separator: ", ")]
        lines.append(
            "loops       " + (serving.loops == 0 ? "one per processor" : "\(serving.loops)"))
        lines += warnings(at: serving.addresses).map { "warning     \($0)" }
        if serving.hasUnusedCertificates {
            lines.append("certificate none is used: no address in 'listen' begins with \"tls:\"")
        }
        for certificate in serving.server.tls?.certificates ?? [] {
            let complaint = certificate.complaint(at: Int(Date().timeIntervalSince1970))
            lines.append("certificate \(certificate.summary)" + (complaint.map { "; \($0)" } ?? ""))
        }
        for (index, type) in processorTypes.enumerated() {
            let aliases = (processors[index] as? RewriteModel)?.summary ?? []
            let details = aliases.isEmpty ? "" : ": " + aliases.joined(separator: ", ")
            lines.append("processor   \(index + 1). \(type)\(details)")
        }
        for provider in providers {
            let models =
                provider.models?.joined(separator: ", ") ?? "any model no other provider names"
            lines.append("provider    \(provider.name) (\(provider.dialect.name)): \(models)")
        }
        for client in clients { lines.append("client      \(client.summary)") }
        if let defaultProvider {
            lines.append("default     \(defaultProvider.name)")
        } else if providers.count > 1 {
            lines.append("default     none: requests without a model get 400")
        }
        return lines.joined(separator: "\n")
    }
}

extension ClientSection {
    fileprivate var summary: String {
        let ends = keys.compactMap(\.end)
        let details = [
            keys.count == 1 ? "1 key" : "\(keys.count) keys",
            ends.min().map { end in
                let time = Date(timeIntervalSince1970: Double(end)).ISO8601Format()
                let isOver = Double(end) <= Date().timeIntervalSince1970
                let which = keys.count == 1 ? "expires" : "the first expires"
                return isOver ? "expired \(time)" : "\(which) \(time)"
            },
            models.map { "models " + $0.joined(separator: ", ") },
            providers.map { "providers " + $0.joined(separator: ", ") },
        ]
        return "\(name): " + details.compactMap { $0 }.joined(separator: "; ")
    }
}
