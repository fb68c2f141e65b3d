/// Whom an address stands for: a host of IPv6 has 2^64 addresses to choose from, so its network counts (RFC 6177).
enum ClientNetwork {
    /// - Parameter address: as the system writes it; anything but IPv6 stays as it is.
    static func name(of address: String) -> String {
        let isVersion6 = address.utf8.contains(UInt8(ascii: ":"))
        // An IPv4 address in IPv6's clothes is one address.
        guard isVersion6, !address.utf8.contains(UInt8(ascii: ".")) else { return address }
        let text = address.prefix { $0 != "%" }
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        // The first empty group stands for as many zeros as are missing; at the beginning and the end it is written twice.
        let front = groups.prefix { !$0.isEmpty }
        var network = front.prefix(4).map(String.init)
        if network.count < 4 {
            let back = groups.dropFirst(front.count).filter { !$0.isEmpty }
            let zeros = max(0, 8 - front.count - back.count)
            network += repeatElement("0", count: zeros) + back.map(String.init)
        }
        return network.prefix(4).joined(separator: ":") + "::/64"
    }
}
