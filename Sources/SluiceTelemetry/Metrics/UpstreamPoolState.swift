/// The connections to all providers, added up over all loops.
public struct UpstreamPoolState: Sendable, Equatable {
    /// Connections that wait for a request.
    public var idle: Int
    /// Connections that carry one.
    public var inUse: Int
    /// Connections opened since the start.
    public var dialled: Int
    /// Requests that found a connection waiting, since the start.
    public var reused: Int

    /// Makes a state.
    public init(idle: Int, inUse: Int, dialled: Int, reused: Int) {
        self.idle = idle
        self.inUse = inUse
        self.dialled = dialled
        self.reused = reused
    }
}
