/// Which header fields are sent on: an allow-list of exact names and of prefixes.
///
/// Whatever it lists, some never pass: fields of the single connection (RFC 9110 section 7.6.1),
/// those that frame or address a message and are written anew (`content-length`, `host`, `expect`),
/// names with an underscore, and names that the message's own `Connection` field mentions.
public struct HeaderPolicy: Sendable {
    /// The known names that pass, by ``KnownName/bit``: for them the answer is one look.
    private let known: UInt64
    /// A bit for the length of each other name that passes, and for each first letter of a prefix, both modulo 64.
    private let lengths: UInt64
    private let initials: UInt64
    private let others: Others

    /// What is only looked at for names that are not known. A class, so that a policy is passed on as one reference.
    private final class Others: Sendable {
        let names: [[UInt8]]
        let prefixes: [[UInt8]]

        init(names: [[UInt8]], prefixes: [[UInt8]]) {
            self.names = names
            self.prefixes = prefixes
        }
    }

    /// A policy.
    ///
    /// - Parameters:
    ///   - exact: names that pass.
    ///   - prefixes: beginnings of names that pass, as `x-stainless-`; a trailing `*` is ignored.
    public init(exact: [String], prefixes: [String] = []) {
        let names = Set(exact.map { HeaderName($0) })
        let prefixes = prefixes.map { prefix in
            let bytes = prefix.utf8.map(Byte.lowercase)
            return bytes.last == 0x2A ? Array(bytes.dropLast()) : bytes
        }
        let others = names.filter { $0.known == .other }.map { Array($0.description.utf8) }
        known = Self.knownNames.filter { name in
            names.contains(HeaderName(name))
                || prefixes.contains { prefix in
                    HeaderName(name).withBytes { $0.holds(prefix.span, at: 0) }
                }
        }.reduce(0) { $0 | $1.bit }
        lengths = others.reduce(UInt64(0)) { $0 | 1 &<< UInt64($1.count & 63) }
        initials = prefixes.reduce(UInt64(0)) { bits, prefix in
            prefix.first.map { bits | 1 &<< UInt64($0 & 63) } ?? .max
        }
        self.others = Others(names: others, prefixes: prefixes)
    }

    /// Whether fields of a name pass.
    public func allows(_ name: HeaderName) -> Bool {
        guard !name.hasUnderscore else { return false }
        guard name.known == .other else { return known & name.known.bit != 0 }
        return name.withBytes { allows(other: $0) }
    }

    /// Whether a field of an arena passes by its name.
    @inline(__always)
    func allows(_ entry: HeaderFields.Entry, in arena: Span<UInt8>) -> Bool {
        guard entry.code == KnownName.other.rawValue else {
            return known >> UInt64(entry.code) & 1 == 1
        }
        return !entry.hasUnderscore && allows(other: arena.extracting(entry.name))
    }

    /// - Parameter name: a name in lower case that is not a known one and has no underscore.
    private func allows(other name: Span<UInt8>) -> Bool {
        guard !name.isEmpty else { return false }
        if lengths >> UInt64(name.count & 63) & 1 == 1 {
            for other in others.names
            where other.count == name.count && name.holds(other.span, at: 0) {
                return true
            }
        }
        guard initials >> UInt64(name[0] & 63) & 1 == 1 else { return false }
        for prefix in others.prefixes where name.holds(prefix.span, at: 0) { return true }
        return false
    }

    /// The known names that a policy may let pass.
    private static let knownNames = KnownName.allCases.filter { name in
        name != .other && !neverPassing.contains(name)
    }

    /// All of them are known names, so that the others need not be compared with them.
    private static let neverPassing: [KnownName] = [
        .connection, .keepAlive, .proxyConnection, .proxyAuthenticate, .proxyAuthorization, .te,
        .trailer, .transferEncoding, .upgrade, .contentLength, .host, .expect,
    ]
}
