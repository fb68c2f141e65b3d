/// What clients must bring to a TLS listener beside its certificates.
public struct TLSSettings: Sendable {
    /// The lowest version that is spoken.
    public enum Version: String, Sendable, CaseIterable {
        case v12 = "1.2"
        case v13 = "1.3"
    }

    /// Whether a client may come without a certificate.
    public enum ClientCertificates: String, Sendable, CaseIterable {
        case optional, required
    }

    public var minimum = Version.v12
    /// A PEM file with the authorities whose certificates clients show; nil asks for none.
    public var clientAuthorityFile: String?
    public var clientCertificates = ClientCertificates.required

    /// The defaults.
    public init() {}
}
