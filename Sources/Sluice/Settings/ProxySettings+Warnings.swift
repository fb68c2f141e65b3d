internal import SluiceServer

extension ProxySettings {
    /// What whoever runs this should know when nothing guards the keys of the providers.
    ///
    /// - Parameters:
    ///   - addresses: where it listens.
    ///   - askedForKeys: whether the configuration before had clients.
    func warnings(at addresses: [ListenAddress], askedForKeys: Bool = false) -> [String] {
        guard clients.isEmpty else { return [] }
        var warnings: [String] = []
        if askedForKeys {
            warnings.append("there are no [[clients]] any more: nobody is asked for a key now")
        }
        if let address = addresses.first(where: { !$0.isLocal }) {
            warnings.append(
                "whoever reaches \(address) uses the providers' keys: there are no [[clients]], and [server] has open = true"
            )
        }
        return warnings
    }
}
