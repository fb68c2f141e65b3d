internal import Synchronization

/// A certificate that clients are shown.
public struct CertificateState: Sendable {
    /// The first of its host names.
    public var name: String
    /// Where it was read from.
    public var file: String
    /// Seconds since 1970.
    public var ends: Int

    /// Makes a state.
    public init(name: String, file: String, ends: Int) {
        (self.name, self.file, self.ends) = (name, file, ends)
    }
}

extension RequestMetrics {
    /// Shows the ends of certificates instead of those shown until now.
    public func showCertificates(_ certificates: [CertificateState]) {
        let next = certificates.map { certificate in
            let gauge = registry.gauge(
                "sluice_tls_certificate_expiry_timestamp_seconds",
                help: "When a certificate of this proxy ends, in seconds since 1970.",
                labels: [("name", certificate.name), ("file", certificate.file)])
            gauge.set(Int64(certificate.ends))
            return gauge
        }
        let former = certificateEnds.withLock { shown in
            defer { shown = next }
            return shown
        }
        for gauge in former where !next.contains(where: { $0 === gauge }) {
            registry.destroyMeter(gauge)
        }
    }

    /// Counts a configuration that was read again.
    public func reloaded(accepted: Bool) {
        accepted ? acceptedReloads.increment() : refusedReloads.increment()
    }
}
