public import SluiceConfig
public import SluiceWire

extension Section {
    /// A table of header fields, such as `headers = { "x-team" = "blue" }`, sorted by name; none when the key is absent.
    ///
    /// - Throws: `ConfigurationError` for a name that is no token, for fields that frame or address a message or belong to one connection,
    ///   and for control characters in a value. A value is never shown.
    public func headerFields(_ key: String) throws -> HeaderFields {
        var fields = HeaderFields()
        let table = try stringTable(key).map { (name: $0.key.lowercased(), value: $0.value) }
        for (name, value) in table.sorted(by: { $0.name < $1.name }) {
            let header = try checkedHeaderName(name, key: key)
            guard !fields.contains(header) else {
                throw error("'\(name)' stands there twice", key: key)
            }
            guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
                throw error("'\(name)' has a control character in its value", key: key)
            }
            fields.append(header, value)
        }
        return fields
    }

    /// A list of header names; empty when the key is absent.
    ///
    /// - Throws: `ConfigurationError` as ``headerFields(_:)`` does.
    public func headerNames(_ key: String) throws -> [HeaderName] {
        try strings(key, default: []).map { try checkedHeaderName($0, key: key) }
    }

    private func checkedHeaderName(_ name: String, key: String) throws -> HeaderName {
        let header = HeaderName(name)
        guard header.isValid else { throw error("'\(name)' is not a header name", key: key) }
        guard !Self.headersOfOurs.contains(header) else {
            throw error("'\(name)' is set by the proxy itself", key: key)
        }
        return header
    }

    /// Fields that frame or address a message, or belong to one connection (RFC 9110 section 7.6.1).
    private static let headersOfOurs: Set<HeaderName> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]
}

extension HeaderFields {
    /// Puts other fields among these, in place of those of the same name.
    public mutating func merge(_ others: HeaderFields) {
        replace(with: others)
    }
}
