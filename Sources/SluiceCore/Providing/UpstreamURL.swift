/// The root of an upstream's API, taken apart once: scheme, authority, path prefix and fixed query.
public struct UpstreamURL: Sendable, Hashable {
    /// Without and with TLS.
    public enum Scheme: String, Sendable { case http, https }

    /// An address is copied several times for each request and made once: copies share this.
    private final class Parts: Sendable {
        let scheme: Scheme
        let host: String
        let port: Int
        let path: String
        let query: String?
        /// The target that most requests have, so that it need not be put together for each.
        let chatTarget: String

        init(scheme: Scheme, host: String, port: Int, path: String, query: String?) {
            self.scheme = scheme
            self.host = host
            self.port = port
            self.path = path
            self.query = query
            chatTarget = path + UpstreamURL.chatPath
        }
    }

    private static let chatPath = "/chat/completions"

    private let parts: Parts

    /// `http` or `https`.
    public var scheme: Scheme { parts.scheme }
    /// Name or address; an IPv6 address without its brackets.
    public var host: String { parts.host }
    /// 1 to 65535; the scheme's own where the URL has none.
    public var port: Int { parts.port }
    /// Begins with `/` or is empty; has no `/` at its end.
    public var path: String { parts.path }
    /// Without its `?`; for example `api-version=2024-10-21`.
    public var query: String? { parts.query }

    /// `host`, with the port where it is not the scheme's own: the `Host` field's value.
    public var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (scheme == .https ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// - Throws: ``InvalidURL`` for anything but `http` and `https` with a host, and for user names, fragments and control characters.
    public init(_ text: String) throws(InvalidURL) {
        guard let schemeEnd = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<schemeEnd.lowerBound].lowercased())
        else { throw InvalidURL(reason: "a URL starts with http:// or https://") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !text.contains("#") else {
            throw InvalidURL(reason: "a URL has no spaces, fragments or characters beyond ASCII")
        }
        let rest = text[schemeEnd.upperBound...]
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let (host, port) = try Self.splitAuthority(rest[..<authorityEnd], scheme: scheme)
        let target = rest[authorityEnd...]
        let queryStart = target.firstIndex(of: "?")
        var path = target[..<(queryStart ?? target.endIndex)]
        while path.last == "/" { path.removeLast() }
        parts = Parts(
            scheme: scheme, host: host, port: port, path: String(path),
            query: queryStart.map { String(target[target.index(after: $0)...]) })
    }

    public static func == (left: UpstreamURL, right: UpstreamURL) -> Bool {
        let (left, right) = (left.parts, right.parts)
        return left === right
            || left.scheme == right.scheme && left.port == right.port && left.host == right.host
                && left.path == right.path && left.query == right.query
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(scheme)
        hasher.combine(host)
        hasher.combine(port)
        hasher.combine(path)
        hasher.combine(query)
    }

    private static func splitAuthority(
        _ authority: Substring, scheme: Scheme
    ) throws(InvalidURL) -> (String, Int) {
        guard !authority.contains("@") else {
            throw InvalidURL(reason: "a URL carries no user name; use `token`")
        }
        var host = authority
        var port = scheme == .https ? 443 : 80
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            host = authority[..<colon]
            let digits = authority[authority.index(after: colon)...]
            // `Int` would take a sign.
            guard digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(digits),
                1...65535 ~= number
            else { throw InvalidURL(reason: "the port of a URL is a number from 1 to 65535") }
            port = number
        }
        let isBracketed = host.first == "[" && host.last == "]"
        if isBracketed { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw InvalidURL(reason: "a URL names a host") }
        guard host.utf8.allSatisfy({ isHostByte($0, inBrackets: isBracketed) }) else {
            throw InvalidURL(
                reason: "a host has letters, digits, '.', '-' and '_', or is an IPv6 address in []")
        }
        return (String(host).lowercased(), port)
    }

    /// Names and IPv4 addresses, or what an IPv6 address is made of. The host goes into the `Host` field as it is.
    private static func isHostByte(_ byte: UInt8, inBrackets: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."):
            true
        case UInt8(ascii: ":"): inBrackets
        case UInt8(ascii: "g")...UInt8(ascii: "z"), UInt8(ascii: "G")...UInt8(ascii: "Z"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            !inBrackets
        default: false
        }
    }

    /// The request target for a path below this root, with both queries.
    public func target(_ below: String, query: String? = nil) -> String {
        if query == nil, parts.query == nil, below == Self.chatPath { return parts.chatTarget }
        var target = path + below
        if target.isEmpty { target = "/" }
        guard self.query != nil || query != nil else { return target }
        let queries = [self.query, query].compactMap { $0 }.filter { !$0.isEmpty }
        if !queries.isEmpty { target += "?" + queries.joined(separator: "&") }
        return target
    }
}

/// A URL that cannot be an upstream's.
public struct InvalidURL: Error, Sendable, CustomStringConvertible {
    /// A sentence without the URL itself, which may hold a secret.
    public let reason: String
    public var description: String { reason }
}
