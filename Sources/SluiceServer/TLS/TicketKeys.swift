internal import CSluiceOpenSSL

/// The keys by which clients resume sessions: shared by all loops, kept in memory only, and made anew by themselves.
final class TicketKeys: Sendable {
    /// How long one key seals, and a session may be resumed: a key opens for as long again, and has been forgotten after that.
    static let period = 4 * 3600

    // Safety: made here, freed in `deinit`; what it leads to is guarded by a lock of its own.
    nonisolated(unsafe) let keys: UnsafeMutablePointer<sluice_ticket_keys>

    /// - Throws: ``InvalidTLS`` when the system has no randomness to give.
    init() throws(InvalidTLS) {
        guard let keys = sluice_ticket_keys_new(Self.period) else {
            throw InvalidTLS(.certificate, "no keys for session tickets could be made")
        }
        self.keys = keys
    }

    deinit {
        sluice_ticket_keys_free(keys)
    }

    /// Makes a new key before its time.
    func rotate() {
        sluice_ticket_keys_rotate(keys)
    }
}
