/// What happened to one request, written once, when it is over.
public struct AccessRecord: Sendable {
    public var id: String
    /// The client's address without its port, or `unix`.
    public var client: String
    public var method: String
    /// A name out of a small fixed set, for metrics: `/v1/chat/completions`.
    public var route: String
    public var operation: String = ""
    /// As the client named it, after processors; nil where the path names none.
    public var model: String?
    /// The configured name of the provider that answered last.
    public var provider: String?
    public var status: Int = 0
    public var outcome: String = ""
    public var errorCode: String?
    /// What failed, for the log alone.
    public var errorDetail: String?
    public var isStreaming = false
    public var bytesIn: UInt64 = 0
    public var bytesOut: UInt64 = 0
    /// Times in nanoseconds since the request's first byte; nil where it did not come to that.
    public var timeToFirstByte: UInt64?
    public var duration: UInt64 = 0
    /// Events passed to the client, and the time from the first to the last in nanoseconds.
    public var events: Int = 0
    public var streamDuration: UInt64 = 0
    public var attempts: Int = 0
    public var usage: TokenUsage?
    /// Where ``usage`` comes from: `provider`; nil where it is not known.
    public var usageSource: String?

    public init(id: String, client: String, method: String, route: String) {
        self.id = id
        self.client = client
        self.method = method
        self.route = route
    }
}

/// Takes finished records, for the access log and the metrics. Called on a loop: it must not block.
public protocol RecordSink: Sendable {
    func started()
    func finished(_ record: AccessRecord)
}
