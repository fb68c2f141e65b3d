/// Where to listen: `127.0.0.1:8080`, `[::1]:8080`, `:8080` for all addresses, `tls:0.0.0.0:8443` for
/// HTTPS, or `unix:/run/sluice.sock`.
public enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    case tcp(host: String, port: UInt16)
    case tls(host: String, port: UInt16)
    case unix(path: String)

    /// The longest path the kernel takes in `sockaddr_un`, without its final zero.
    static let longestPath = 107

    /// - Throws: ``InvalidAddress`` with a sentence that says what is wrong.
    public init(_ text: String) throws(InvalidAddress) {
        if let form = Self.intended(text) {
            throw InvalidAddress(
                reason: "an address is no URL and its prefix is in lower case: write \"\(form)\"")
        }
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/"), path.utf8.count <= Self.longestPath else {
                throw InvalidAddress(
                    reason: "a Unix socket needs an absolute path of at most 107 bytes")
            }
            self = .unix(path: path)
            return
        }
        let hasTLS = text.hasPrefix("tls:")
        guard !text.hasPrefix("tls:unix:") else {
            throw InvalidAddress(reason: "a Unix socket is served without TLS")
        }
        let (host, port) = try Self.split(hasTLS ? text.dropFirst(4) : text[...])
        self = hasTLS ? .tls(host: host, port: port) : .tcp(host: host, port: port)
    }

    /// How an address is written that somebody wrote as a URL, or in capitals; nil for others.
    private static func intended(_ text: String) -> String? {
        let lower = text.lowercased()
        for (scheme, prefix) in [("https://", "tls:"), ("http://", "")]
        where lower.hasPrefix(scheme) {
            let authority = text.dropFirst(scheme.count).prefix { $0 != "/" }
            return prefix + ((try? split(authority)) == nil ? "host:port" : String(authority))
        }
        for prefix in ["tls:", "unix:"] where lower.hasPrefix(prefix) && !text.hasPrefix(prefix) {
            return prefix + text.dropFirst(prefix.count)
        }
        return nil
    }

    private static func split(_ text: Substring) throws(InvalidAddress) -> (String, UInt16) {
        // `UInt16` would take a sign.
        guard let colon = text.lastIndex(of: ":"), !text[colon...].contains("+"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw InvalidAddress(reason: "an address ends in a port: \"127.0.0.1:8080\"") }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return (host.isEmpty ? "::" : host, port)
    }

    public var description: String {
        switch self {
        case .tcp(let host, let port): Self.text(host, port)
        case .tls(let host, let port): "tls:" + Self.text(host, port)
        case .unix(let path): "unix:\(path)"
        }
    }

    private static func text(_ host: String, _ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether clients speak HTTPS there.
    public var hasTLS: Bool { if case .tls = self { true } else { false } }

    /// The same address with TLS; nil for a Unix socket, which is served without.
    var withTLS: ListenAddress? {
        switch self {
        case .tcp(let host, let port), .tls(let host, let port): .tls(host: host, port: port)
        case .unix: nil
        }
    }

    /// Where this machine reaches it: a host that stands for all addresses is no address to connect to.
    public var asSeenHere: ListenAddress {
        switch self {
        case .tcp("0.0.0.0", let port): .tcp(host: "127.0.0.1", port: port)
        case .tcp("::", let port): .tcp(host: "::1", port: port)
        case .tls("0.0.0.0", let port): .tls(host: "127.0.0.1", port: port)
        case .tls("::", let port): .tls(host: "::1", port: port)
        default: self
        }
    }

    /// Whether only this machine can reach it.
    public var isLocal: Bool {
        switch self {
        case .tcp(let host, _), .tls(let host, _):
            host == "::1" || host == "localhost" || Self.isLoopback(host)
        case .unix: true
        }
    }
}

extension ListenAddress {
    /// Whether a host is an address of 127.0.0.0/8, and no name that begins like one.
    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// An address that cannot be listened on.
public struct InvalidAddress: Error, Sendable, CustomStringConvertible {
    /// A sentence for people.
    public let reason: String
    public var description: String { reason }
}
