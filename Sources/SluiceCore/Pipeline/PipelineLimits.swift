/// What bounds one exchange; sizes are in bytes.
public struct PipelineLimits: Sendable, Equatable {
    /// A request body that is read whole.
    public var body = 32 << 20
    /// The part of an upload that is held while its `model` field is looked for.
    public var heldUpload = 1 << 20
    /// One server-sent event.
    public var event = 16 << 20
    /// A JSON answer that is held until it is whole; larger ones are passed on as they come.
    public var heldDocument = 1 << 20
    /// An error answer; what is beyond is dropped.
    public var errorBody = 64 << 10
    /// What is read of a stream that is done, for its usage, after its client has gone; and for how long, in nanoseconds.
    public var usageRest = 8 << 10
    public var usageWait: UInt64 = 300_000_000
    /// Attempts for one request, over all providers.
    public var attempts = 3

    /// The defaults.
    public init() {}
}
