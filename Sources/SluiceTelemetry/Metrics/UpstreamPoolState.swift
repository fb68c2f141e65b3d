/// The connections of one provider, added up over all loops.
public struct UpstreamPoolState: Sendable, Equatable {
    /// The configured name of the provider.
    public var provider: String
    /// Connections that wait for a request.
    public var idle: Int
    /// Connections that carry one.
    public var inUse: Int
    /// Connections opened since the start.
    public var dialled: Int
    /// Requests that found a connection waiting, since the start.
    public var reused: Int

    /// Makes a state.
    public init(provider: String, idle: Int, inUse: Int, dialled: Int, reused: Int) {
        self.provider = provider
        self.idle = idle
        self.inUse = inUse
        self.dialled = dialled
        self.reused = reused
    }
}
