internal import SluiceConfig
internal import SluiceCore
internal import SluiceFiles
internal import SluiceServer

extension UpstreamTrust {
    /// Reads the files now, so that one of no use is found now and not by every request; nil where the section names none.
    convenience init?(_ section: Section) throws {
        let authorities = try Self.authorities(section)
        let identity = try Self.identity(section)
        guard authorities != nil || identity != nil else { return nil }
        self.init(authorities: authorities, identity: identity)
    }

    private static func authorities(_ section: Section) throws -> [UInt8]? {
        guard let file = try section.optionalWatchedFilePath("ca_file") else { return nil }
        let text = try read(file, section, "ca_file")
        guard Authorities.areIn(text) else {
            throw section.error(
                "\(file) has no certificate in PEM form, or a broken one", key: "ca_file")
        }
        return text
    }

    private static func identity(
        _ section: Section
    ) throws -> (certificate: [UInt8], key: [UInt8])? {
        let file = try section.optionalWatchedFilePath("client_certificate")
        let keyFile = try section.optionalWatchedFilePath("client_key")
        guard file != nil || keyFile != nil else { return nil }
        guard let file, let keyFile else {
            throw section.error(
                "'client_certificate' and 'client_key' need each other", key: "client_certificate")
        }
        let certificate = try read(file, section, "client_certificate")
        let key = try read(keyFile, section, "client_key")
        do {
            _ = try ServerCertificate(certificate, key: key, file: file, keyFile: keyFile)
        } catch {
            let isOfKey = error.place == .key
            throw section.error(error.reason, key: isOfKey ? "client_key" : "client_certificate")
        }
        return (certificate, key)
    }

    private static func read(_ file: String, _ section: Section, _ key: String) throws -> [UInt8] {
        do {
            return try RegularFile.read(file, limit: ServerCertificate.sizeLimit).bytes
        } catch {
            throw section.error("\(file) \(error)", key: key)
        }
    }
}
