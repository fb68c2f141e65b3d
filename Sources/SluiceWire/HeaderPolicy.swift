/// Which header fields are sent on: an allow-list of exact names and of prefixes.
///
/// Whatever it lists, some never pass: fields of the single connection (RFC 9110 section 7.6.1),
/// those that frame or address a message and are written anew (`content-length`, `host`, `expect`),
/// names with an underscore, and names that the message's own `Connection` field mentions.
public struct HeaderPolicy: Sendable {
    private let names: [HeaderName]
    /// The names' hashes, apart so that they are looked through without touching the names.
    private let hashes: [UInt32]
    private let prefixes: [[UInt8]]
    /// A bit for the lowest six bits of each hash: most names that do not pass are told by one look.
    private let hashFilter: UInt64
    /// The same for the first letters of the prefixes.
    private let initialFilter: UInt64

    /// A policy.
    ///
    /// - Parameters:
    ///   - exact: names that pass.
    ///   - prefixes: beginnings of names that pass, as `x-stainless-`; a trailing `*` is ignored.
    public init(exact: [String], prefixes: [String] = []) {
        names = Set(exact.map { HeaderName($0) }).filter { !Self.neverPassing.contains($0) }
        hashes = names.map(\.hash)
        hashFilter = hashes.reduce(0) { $0 | 1 << UInt64($1 & 63) }
        self.prefixes = prefixes.map { prefix in
            let bytes = prefix.utf8.map(Byte.lowercase)
            return bytes.last == 0x2A ? Array(bytes.dropLast()) : bytes
        }
        initialFilter = self.prefixes.reduce(0) { filter, prefix in
            prefix.first.map { filter | 1 << UInt64($0 & 63) } ?? .max
        }
    }

    /// Whether fields of a name pass.
    public func allows(_ name: HeaderName) -> Bool {
        !name.hasUnderscore
            && allows(name: name.bytes.span, hash: name.hash)
    }

    /// - Parameters:
    ///   - name: the name in lower case, without underscores.
    ///   - hash: its hash.
    func allows(name: Span<UInt8>, hash: UInt32) -> Bool {
        if hashFilter >> UInt64(hash & 63) & 1 == 1 {
            for index in hashes.indices
            where hashes[index] == hash && Self.equals(name, names[index].bytes) {
                return true
            }
        }
        guard !name.isEmpty, initialFilter >> UInt64(name[0] & 63) & 1 == 1 else { return false }
        for prefix in prefixes where Self.begins(name, with: prefix) {
            return !Self.neverPassing.contains { $0.hash == hash && Self.equals(name, $0.bytes) }
        }
        return false
    }

    private static func equals(_ name: Span<UInt8>, _ bytes: [UInt8]) -> Bool {
        name.count == bytes.count && begins(name, with: bytes)
    }

    private static func begins(_ name: Span<UInt8>, with prefix: [UInt8]) -> Bool {
        name.holds(prefix.span, at: 0)
    }

    private static let neverPassing: [HeaderName] = [
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate",
        "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
        "content-length", "host", "expect",
    ]
}
