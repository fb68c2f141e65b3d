internal import Synchronization

/// How handshakes with clients ended, since the start and over all loops.
public struct HandshakeCounts: Sendable, Equatable {
    /// By version and whether a session was resumed.
    public var completed12 = 0
    public var resumed12 = 0
    public var completed13 = 0
    public var resumed13 = 0
    /// No common parameters, a certificate that was refused, nonsense.
    public var failed = 0
    /// The client left in the middle.
    public var left = 0
    public var timedOut = 0
    /// HTTP without TLS.
    public var plain = 0

    public init() {}
}
