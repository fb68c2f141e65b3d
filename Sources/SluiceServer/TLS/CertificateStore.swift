internal import CSluiceOpenSSL

/// The certificates of a server, by the names that clients ask for.
final class CertificateStore: Sendable {
    let certificates: [ServerCertificate]
    /// What clients get who ask for no name, or an unknown one.
    let standard: [ServerCertificate]
    private let byName: [String: [ServerCertificate]]

    /// - Parameter certificates: at least one; the first is the default.
    init(_ certificates: [ServerCertificate]) {
        self.certificates = certificates
        var byName: [String: [ServerCertificate]] = [:]
        for certificate in certificates {
            for name in Set(certificate.names) {
                // The first of its kind has the name; clients choose among the kinds.
                let isTaken = byName[name]?.contains { $0.kind == certificate.kind } ?? false
                if !isTaken { byName[name, default: []].append(certificate) }
            }
        }
        self.byName = byName
        let first = certificates.prefix(1)
        let others = first.first?.names.first.flatMap { byName[$0] } ?? []
        standard = first + others.filter { other in !first.contains { $0.kind == other.kind } }
    }

    /// The certificates for a host name: those that have it, or else those with `*` in place of its first label.
    func certificates(for name: String) -> [ServerCertificate]? {
        let name = name.lowercased()
        if let exact = byName[name] { return exact }
        guard let dot = name.firstIndex(of: "."), dot > name.startIndex else { return nil }
        return byName["*" + name[dot...]]
    }

    /// Has a connection offer what its client asks for; false when that cannot be.
    func choose(for connection: OpaquePointer) -> Bool {
        guard let asked = SSL_get_servername(connection, Int32(TLSEXT_NAMETYPE_host_name)),
            let chosen = certificates(for: String(cString: asked)),
            !chosen.elementsEqual(standard, by: ===)
        else { return true }
        SSL_certs_clear(connection)
        return chosen.allSatisfy { $0.offer(on: connection) }
    }
}
