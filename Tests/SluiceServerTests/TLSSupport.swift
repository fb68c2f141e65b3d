import SluiceCore
import SluiceServer
import SluiceTestSupport
import Testing

/// One address with TLS.
let securely: [ListenAddress] = [.tls(host: "127.0.0.1", port: 0)]

extension CertificateFolder {
    func certificate(_ name: String) throws -> ServerCertificate {
        try ServerCertificate(file: file(name), keyFile: key(name))
    }

    /// Settings with TLS by certificates of this folder.
    func settings(
        _ names: String..., change: (inout ServerSettings, inout TLSSettings) -> Void = { _, _ in }
    ) throws -> ServerSettings {
        var (settings, tls) = (ServerSettings(), TLSSettings())
        change(&settings, &tls)
        settings.tls = try TLSContext(try names.map { try certificate($0) }, tls)
        return settings
    }

    /// Connects, and trusts the authority of this folder.
    func connect(
        _ port: Int, _ name: String? = "localhost", receiveBuffer: Int32? = nil,
        change: (inout TLSWishes) -> Void = { _ in }
    ) throws -> RawClient {
        var wishes = TLSWishes()
        wishes.name = name
        wishes.authority = authority
        change(&wishes)
        let client = try RawClient(port: port, receiveBuffer: receiveBuffer)
        try client.startTLS(wishes)
        return client
    }
}
