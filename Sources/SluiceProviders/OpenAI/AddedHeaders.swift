import SluiceConfig
import SluiceWire

/// Header fields out of a section, checked when the file is read.
enum AddedHeaders {
    /// Fields that frame or address a message, or belong to one connection.
    private static let forbidden: Set<HeaderName> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    static func read(_ section: Section, key: String) throws -> HeaderFields {
        var fields = HeaderFields()
        for (name, value) in try section.stringTable(key).sorted(by: { $0.key < $1.key }) {
            let header = HeaderName(name)
            guard header.isValid else {
                throw section.error("'\(name)' is not a header name", key: key)
            }
            guard !forbidden.contains(header) else {
                throw section.error("'\(name)' is set by the proxy itself", key: key)
            }
            guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
                throw section.error("'\(name)' has a control character in its value", key: key)
            }
            fields.append(header, value)
        }
        return fields
    }
}

extension HeaderFields {
    /// Puts these fields among others, in place of those of the same name.
    func add(to fields: inout HeaderFields) {
        guard !isEmpty else { return }
        for (name, _) in pairs { fields.remove(HeaderName(name)) }
        for (name, value) in pairs { fields.append(HeaderName(name), value) }
    }
}
