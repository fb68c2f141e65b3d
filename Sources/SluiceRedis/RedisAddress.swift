/// Where a Redis server is: `redis://[user][:password]@host[:port][/database]` or `unix:/path`.
package struct RedisAddress: Sendable, CustomStringConvertible {
    enum Place: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    let place: Place
    let user: String?
    let password: String?
    let database: Int

    /// Without user and password.
    package var description: String {
        switch place {
        case .tcp(let host, let port):
            "redis://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// - Returns: nil for anything else; TLS (`rediss:`) is not spoken.
    package init?(_ text: String) {
        if text.hasPrefix("unix:/") {
            let path = String(text.dropFirst(5))
            // The kernel's limit for the path of a socket.
            guard path.utf8.count < 108 else { return nil }
            place = .unix(path: path)
            (user, password, database) = (nil, nil, 0)
            return
        }
        guard text.hasPrefix("redis://") else { return nil }
        var rest = text.dropFirst(8)
        var login: Substring = ""
        if let at = rest.lastIndex(of: "@") {
            login = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        let path = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let authority = path.first, let (host, port) = Self.split(authority) else {
            return nil
        }
        if path.count > 1, !path[1].isEmpty {
            guard let number = Int(path[1]), 0..<1_000_000 ~= number else { return nil }
            database = number
        } else {
            database = 0
        }
        place = .tcp(host: host, port: port)
        guard let (user, password) = Self.decode(login) else { return nil }
        (self.user, self.password) = (user, password)
    }

    private static func split(_ authority: Substring) -> (String, Int)? {
        var host = authority
        var port = 6379
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let tail = authority[authority.index(after: end)...]
            if !tail.isEmpty {
                guard tail.hasPrefix(":"), let number = Int(tail.dropFirst()) else { return nil }
                port = number
            }
        } else if let colon = authority.lastIndex(of: ":") {
            guard let number = Int(authority[authority.index(after: colon)...]) else { return nil }
            (host, port) = (authority[..<colon], number)
        }
        guard !host.isEmpty, 1...65_535 ~= port else { return nil }
        return (String(host), port)
    }

    /// What has a meaning in a URL stands as `%40` and the like in names and passwords.
    private static func decode(_ login: Substring) -> (user: String?, password: String?)? {
        let parts = login.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let texts = parts.map(decodePercent)
        guard texts.allSatisfy({ $0 != nil }) else { return nil }
        let named = texts.map { $0.flatMap { $0.isEmpty ? nil : $0 } }
        return (named.first ?? nil, named.count > 1 ? named[1] : nil)
    }

    private static func decodePercent(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(Substring(digits)), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest.removeFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
