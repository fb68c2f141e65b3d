/// What happened to one request, written once, when it is over.
public struct AccessRecord: Sendable {
    /// The request's ID.
    public var id: String
    /// The client's address without its port, or `unix`.
    public var client: String
    /// The name of the `[[clients]]` section whose key the request had.
    public var clientName: String?
    /// What TLS tells of the client; nil without TLS.
    public var tls: ClientTLS?
    /// As it stood on the request line.
    public var method: String
    /// A name out of a small fixed set, for metrics: `/v1/chat/completions`.
    public var route: String
    /// `gen_ai.operation.name`; empty where no model was asked.
    public var operation: String = ""
    /// As the client named it, after processors; nil where the path names none.
    public var model: String?
    /// The configured name of the provider that answered last.
    public var provider: String?
    /// What the client got; 499 when it went away, 0 when there was no answer.
    public var status: Int = 0
    /// ``Outcome/name``.
    public var outcome: String = ""
    /// The error's stable code; nil for none.
    public var errorCode: String?
    /// What failed, for the log alone.
    public var errorDetail: String?
    /// The limit that refused the request or stopped its stream.
    public var limit: LimitName?
    /// Whether the client asked for a stream.
    public var isStreaming = false
    /// Bytes of the request's body; of one that was streamed on, those that were held first.
    public var bytesIn: UInt64 = 0
    /// Bytes of the answer's body.
    public var bytesOut: UInt64 = 0
    /// Times in nanoseconds since the request's first byte; nil where it did not come to that.
    public var timeToFirstByte: UInt64?
    /// Nanoseconds from the request's first byte to the answer's last.
    public var duration: UInt64 = 0
    /// Events passed to the client, and the time from the first to the last in nanoseconds.
    public var events: Int = 0
    /// Nanoseconds from the first event to the last.
    public var streamDuration: UInt64 = 0
    /// How often a provider was asked.
    public var attempts: Int = 0
    /// Tokens, where the provider told them or they were counted here.
    public var usage: TokenUsage?
    /// Where ``usage`` comes from; nil where it is not known.
    public var usageSource: UsageSource?
    /// In the currency of the model table; nil where the model has no price.
    public var cost: Double?

    /// A record of a request that has just begun.
    public init(id: String, client: String, method: String, route: String) {
        self.id = id
        self.client = client
        self.method = method
        self.route = route
    }
}

/// Takes finished records, for the access log and the metrics. Called on a loop: it must not block.
public protocol RecordSink: AnyObject, Sendable {
    func started()
    func finished(_ record: AccessRecord)
}
