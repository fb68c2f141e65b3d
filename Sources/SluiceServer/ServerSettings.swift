internal import SluiceCore
public import SluiceWire

/// Limits of the client side: how long a client may take, and how much it may send. Nil turns a time limit off.
public struct ServerSettings: Sendable {
    /// From the first byte of a request (the first connection's: from its accept) to the end of its head.
    public var headerTimeout: Duration? = .seconds(10)
    /// Between two reads of a request's body.
    public var bodyTimeout: Duration? = .seconds(30)
    /// Between two requests of a connection.
    public var keepAliveTimeout: Duration? = .seconds(75)
    /// While bytes wait for a client that takes none.
    public var writeTimeout: Duration? = .seconds(60)
    /// The longest silence towards the client of a stream, while there is nothing to tell; nil for no limit.
    public var heartbeat: Duration?
    /// For connections that are closed while the client may still be sending.
    public var lingerTimeout: Duration = .seconds(2)
    /// For idle connections of a process that another one has taken over from: so long they may bring one request more.
    public var lastRequestTimeout: Duration = .seconds(5)
    /// What a request head may measure.
    public var headLimits = HeadLimits.standard
    /// What the chunked coding may cost beside its data.
    public var chunkLimits = ChunkLimits.standard
    /// Bytes waiting for one client above which its upstream is not read.
    public var highWaterMark = 256 << 10
    /// Client connections at once, over all loops.
    public var maximumConnections = 16_384
    /// Certificates for TLS listeners; nil where there are none.
    public var tls: TLSContext?
    /// Whether a client that closed its sending side still gets its answer.
    public var allowsHalfClose = false

    /// The defaults.
    public init() {}
}

/// The time limits of ``ServerSettings`` in nanoseconds, as connections set their alarms by them.
struct TimeLimits {
    let header, body, keepAlive, write, linger: UInt64?
    /// Half of the longest silence: who has heard nothing for a whole one of these hears something at its end.
    let beat: UInt64?
    let lastRequest: UInt64

    init(_ settings: ServerSettings) {
        header = settings.headerTimeout?.nanoseconds
        body = settings.bodyTimeout?.nanoseconds
        keepAlive = settings.keepAliveTimeout?.nanoseconds
        write = settings.writeTimeout?.nanoseconds
        beat = settings.heartbeat.map { $0.nanoseconds / 2 }
        linger = settings.lingerTimeout.nanoseconds
        lastRequest = settings.lastRequestTimeout.nanoseconds
    }
}
