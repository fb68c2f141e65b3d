/// What TLS towards a provider goes by, as it was when the configuration was read: connections touch no file.
///
/// Two of them are equal where their texts are; connections are kept apart by that.
public final class UpstreamTrust: Sendable, Hashable, CustomReflectable {
    /// The authorities to trust instead of the system's, in PEM form.
    public let authorities: [UInt8]?
    /// The certificate that this proxy shows, with its chain, and its key, in PEM form.
    public let identity: (certificate: [UInt8], key: [UInt8])?
    private let digest: Int

    /// Makes it of PEM texts.
    public init(authorities: [UInt8]? = nil, identity: (certificate: [UInt8], key: [UInt8])? = nil)
    {
        self.authorities = authorities
        self.identity = identity
        var hasher = Hasher()
        hasher.combine(authorities)
        hasher.combine(identity?.certificate)
        hasher.combine(identity?.key)
        digest = hasher.finalize()
    }

    public static func == (left: UpstreamTrust, right: UpstreamTrust) -> Bool {
        left === right
            || left.digest == right.digest && left.authorities == right.authorities
                && left.identity?.certificate == right.identity?.certificate
                && left.identity?.key == right.identity?.key
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(digest)
    }

    /// A key is not shown.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
