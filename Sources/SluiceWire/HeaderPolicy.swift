/// Which header fields are sent on: an allow-list of exact names and of prefixes.
///
/// Whatever it lists, some never pass: fields of the single connection (RFC 9110 section 7.6.1),
/// those that frame or address a message and are written anew (`content-length`, `host`, `expect`),
/// names with an underscore, and names that the message's own `Connection` field mentions.
public struct HeaderPolicy: Sendable {
    private let names: Set<HeaderName>
    /// One bit for each value of the hash's high six bits: most unknown names end here.
    private let filter: UInt64
    private let prefixes: [[UInt8]]

    /// A policy.
    ///
    /// - Parameters:
    ///   - exact: names that pass.
    ///   - prefixes: beginnings of names that pass, as `x-stainless-`; a trailing `*` is ignored.
    public init(exact: [String], prefixes: [String] = []) {
        names = Set(exact.map { HeaderName($0) }).subtracting(Self.neverPassing)
        filter = names.reduce(0) { $0 | 1 << UInt64($1.hash >> 26) }
        self.prefixes = prefixes.map { prefix in
            let bytes = prefix.utf8.map(Byte.lowercase)
            return bytes.last == 0x2A ? Array(bytes.dropLast()) : bytes
        }
    }

    /// Whether fields of a name pass.
    public func allows(_ name: HeaderName) -> Bool {
        allows(name: name.bytes.span, hash: name.hash)
    }

    /// - Parameters:
    ///   - name: the name in lower case.
    ///   - hash: its hash.
    func allows(name: Span<UInt8>, hash: UInt32) -> Bool {
        let isListed = filter >> UInt64(hash >> 26) & 1 == 1
        if prefixes.isEmpty, !isListed { return false }
        if name.firstIndex(of: Byte.underscore, in: name.indices) != nil { return false }
        if isListed, contains(name, hash) { return true }
        return prefixes.contains { Self.begins(name, with: $0) }
            && !Self.neverPassing.contains { $0.hash == hash && Self.equals(name, $0.bytes) }
    }

    private func contains(_ name: Span<UInt8>, _ hash: UInt32) -> Bool {
        names.contains { $0.hash == hash && Self.equals(name, $0.bytes) }
    }

    private static func equals(_ name: Span<UInt8>, _ bytes: [UInt8]) -> Bool {
        name.count == bytes.count && begins(name, with: bytes)
    }

    private static func begins(_ name: Span<UInt8>, with prefix: [UInt8]) -> Bool {
        guard name.count >= prefix.count else { return false }
        for index in prefix.indices where name[index] != prefix[index] { return false }
        return true
    }

    private static let neverPassing: Set<HeaderName> = [
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate",
        "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
        "content-length", "host", "expect",
    ]
}
