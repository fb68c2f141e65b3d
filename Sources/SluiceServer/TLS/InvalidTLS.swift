/// Why certificates, keys or authorities cannot be used. It quotes nothing of a key.
public struct InvalidTLS: Error, Sendable, CustomStringConvertible {
    /// Which of the files is at fault, by its key in `proxy.conf`.
    public enum Place: String, Sendable {
        case certificate
        case key
        case clientAuthority = "client_ca"
    }

    /// The file at fault.
    public let place: Place
    /// A sentence for people.
    public let reason: String
    public var description: String { reason }

    init(_ place: Place, _ reason: String) {
        self.place = place
        self.reason = reason
    }
}
