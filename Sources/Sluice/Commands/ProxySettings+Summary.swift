internal import Foundation
internal import SluiceCore
internal import SluiceProcessors
internal import SluiceServer

extension ProxySettings {
    /// What would run, for people. It shows no secret.
    var summary: String {
        var lines = serving.summary
        lines += (warnings(at: serving.addresses) + limitWarnings).map { "warning     \($0)" }
        for (index, type) in processorTypes.enumerated() {
            let details = processors[index].summary
            lines.append(
                "processor   \(index + 1). \(type)" + (details.isEmpty ? "" : ": \(details)"))
        }
        for provider in providers {
            let models =
                provider.models?.joined(separator: ", ") ?? "any model no other provider names"
            let sources = upstreams[provider.name].map { "; \($0)" } ?? ""
            lines.append(
                "provider    \(provider.name) (\(provider.dialect.name)): \(models)\(sources)")
        }
        for model in models { lines.append("model       \(model.summary)") }
        if processors.contains(where: { $0 is RateLimits }) || redis != nil {
            let place = redis.map { "in Redis at \($0.summary)" } ?? "in memory, for this process"
            lines.append("limits      \(place)")
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

extension ServingSettings {
    fileprivate var summary: [String] {
        var lines = ["listen      " + addresses.map(\.description).joined(separator: ", ")]
        if isOpen { lines.append("open        whoever reaches it may ask, without a key") }
        lines.append("loops       " + (loops == 0 ? "one per processor" : "\(loops)"))
        if let takeover { lines.append("takeover    \(takeover)") }
        if let heartbeat = server.heartbeat {
            let time = heartbeat.formatted(
                .units(
                    allowed: [.hours, .minutes, .seconds, .milliseconds], width: .narrow))
            lines.append("heartbeat   \(time)")
        }
        if let tlsSummary { lines.append("tls         \(tlsSummary)") }
        if hasUnusedCertificates {
            lines.append("certificate none is used: no address in 'listen' begins with \"tls:\"")
        }
        let now = Int(Date().timeIntervalSince1970)
        for certificate in server.tls?.certificates ?? [] {
            lines.append("certificate \(certificate.summary(at: now))")
        }
        return lines
    }

    private var tlsSummary: String? {
        guard let rules = server.tls?.settings else { return nil }
        let versions = rules.minimum == .v12 ? "1.2 and 1.3" : "1.3 alone"
        guard let file = rules.clientAuthorityFile else { return versions }
        return "\(versions); clients' certificates \(rules.clientCertificates.rawValue), of \(file)"
    }
}

extension ClientSection {
    fileprivate var summary: String {
        let ends = keys.compactMap(\.end)
        let details = [
            keys.count == 1 ? "1 key" : "\(keys.count) keys",
            ends.min().map { (keys.count == 1 ? "" : "the first ") + Self.expiry($0) },
            models.map { "models " + $0.joined(separator: ", ") },
            providers.map { "providers " + $0.joined(separator: ", ") },
        ]
        return "\(name): " + details.compactMap { $0 }.joined(separator: "; ")
    }

    /// As the file says it: a day counts to its end.
    private static func expiry(_ end: Int) -> String {
        let verb = Double(end) <= Date().timeIntervalSince1970 ? "expired" : "expires"
        guard end % 86_400 == 0 else {
            let time = Date(timeIntervalSince1970: Double(end)).ISO8601Format()
            return "\(verb) at \(time)"
        }
        let day = Date(timeIntervalSince1970: Double(end - 1))
        return "\(verb) at the end of \(day.formatted(.iso8601.year().month().day()))"
    }
}
