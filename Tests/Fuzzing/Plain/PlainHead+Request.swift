extension PlainHead {
    /// The parts of a request line, nil if the request must be refused for it or for its Host field.
    func request(targetLimit: Int) -> (method: [UInt8], target: [UInt8], isVersion11: Bool)? {
        let parts = first.split(separator: 0x20, omittingEmptySubsequences: false).map { Array($0) }
        guard parts.count == 3, parts[0].isToken, parts[0].count <= 32, !parts[0].says("CONNECT"),
            parts[1].allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 }),
            parts[1].count <= targetLimit, parts[2].says("HTTP/1.1") || parts[2].says("HTTP/1.0"),
            values(of: "expect").allSatisfy({ $0.lowercased.says("100-continue") })
        else { return nil }
        let isVersion11 = parts[2].says("HTTP/1.1")
        let isOptions = parts[0].says("OPTIONS")
        guard let (authority, target) = Self.target(parts[1], isOptions: isOptions) else {
            return nil
        }
        let hosts = values(of: "host")
        guard hosts.count <= 1, hosts.count == 1 || !isVersion11, hosts.allSatisfy(Self.isHost)
        else {
            return nil
        }
        if let authority, let host = hosts.first, authority.lowercased != host.lowercased {
            return nil
        }
        return (parts[0], target, isVersion11)
    }

    /// A target as path and query, and the host that stood before them.
    private static func target(
        _ target: [UInt8], isOptions: Bool
    ) -> (authority: [UInt8]?, target: [UInt8])? {
        if target.first == 0x2F || (isOptions && target.says("*")) { return (nil, target) }
        let schemes = ["http://", "https://"].map { Array($0.utf8) }
        guard let scheme = schemes.first(where: { target.lowercased.starts(with: $0) }) else {
            return nil
        }
        let rest = target.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
        let authority = Array(rest[..<end])
        guard isHost(authority) else { return nil }
        let path = Array(rest[end...])
        if path.isEmpty { return (authority, isOptions ? [0x2A] : [0x2F]) }
        return (authority, path[0] == 0x2F ? path : [0x2F] + path)
    }

    /// A name, or an address in brackets, with or without a port of at most five digits.
    private static func isHost(_ text: [UInt8]) -> Bool {
        let isNamed = { (byte: UInt8) in
            byte.isAlphanumeric || "-._~%!$&'()*+;=".utf8.contains(byte)
        }
        var rest = text[...]
        if text.first == 0x5B {
            guard let bracket = text.firstIndex(of: 0x5D), bracket > 1,
                text[1..<bracket].allSatisfy({ isNamed($0) || $0 == 0x3A })
            else { return false }
            rest = text[(bracket + 1)...]
        } else {
            rest = text.drop(while: isNamed)
            guard rest.startIndex > 0 else { return false }
        }
        guard let colon = rest.first else { return true }
        return colon == 0x3A && rest.count <= 6
            && rest.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}
