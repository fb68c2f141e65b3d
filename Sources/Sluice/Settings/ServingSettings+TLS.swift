internal import SluiceConfig
internal import SluiceServer

extension ServingSettings {
    /// Certificates without an address that serves them: whoever wrote them may believe that there is TLS.
    var hasUnusedCertificates: Bool {
        server.tls != nil && !addresses.contains(where: \.hasTLS)
    }

    /// Reads `[[server.certificates]]` and `[server.tls]`, and the files that they name.
    ///
    /// - Returns: nil where there are no certificates.
    func readTLS(_ server: Section) throws -> TLSContext? {
        let rules = try server.section("tls")
        let settings = try rules.map { try TLSSettings($0) } ?? TLSSettings()
        let certificates = try server.sections("certificates").map { section in
            let file = try section.watchedFilePath("certificate")
            let keyFile = try section.watchedFilePath("key")
            do {
                return try ServerCertificate(file: file, keyFile: keyFile)
            } catch let error as InvalidTLS {
                throw section.error(error.reason, key: error.place.rawValue)
            }
        }
        guard !certificates.isEmpty else {
            guard let address = addresses.first(where: \.hasTLS) else { return nil }
            throw server.error(
                "\(address) needs a [[server.certificates]] section with 'certificate' and 'key'",
                key: "listen")
        }
        do {
            return try TLSContext(certificates, settings)
        } catch {
            let isOfRules = error.place == .clientAuthority
            throw (isOfRules ? rules ?? server : server).error(
                error.reason, key: isOfRules ? error.place.rawValue : "certificates")
        }
    }
}

extension TLSSettings {
    fileprivate init(_ section: Section) throws {
        self.init()
        minimum = try section.choice("minimum", default: minimum)
        clientAuthorityFile = try section.optionalWatchedFilePath("client_ca")
        let wanted = try section.optionalChoice("client_certificates", of: ClientCertificates.self)
        clientCertificates = wanted ?? clientCertificates
        if wanted != nil, clientAuthorityFile == nil {
            throw section.error(
                "needs 'client_ca', the authorities of those certificates",
                key: "client_certificates")
        }
    }
}
