extension ProxyError {
    /// The upstream's answer breaks HTTP or its dialect: 502.
    public static func badAnswer(_ detail: String) -> ProxyError {
        ProxyError(
            status: 502, code: "bad_upstream_response", fault: .upstream,
            message: "The provider sent a response that cannot be used.", detail: detail)
    }

    /// The upstream's connection ended before its answer did.
    public static func connectionLost(_ detail: String) -> ProxyError {
        ProxyError(
            status: 502, code: "upstream_connection_lost", fault: .upstream,
            message: "The connection to the provider was lost before its response was complete.",
            detail: detail)
    }

    /// No connection came about: nothing was sent.
    public static func cannotConnect(_ detail: String, timedOut: Bool = false) -> ProxyError {
        ProxyError(
            status: timedOut ? 504 : 502,
            code: timedOut ? "upstream_connect_timeout" : "upstream_unreachable", fault: .upstream,
            retry: .elsewhere, message: "The provider could not be reached.", detail: detail)
    }

    /// One of the upstream's time limits ran out.
    public static func upstreamTimeout(_ limit: String) -> ProxyError {
        ProxyError(
            status: 504, code: timeoutCode, fault: .upstream,
            message: "The provider did not respond in time.", detail: limit)
    }

    private static let timeoutCode = "upstream_timeout"

    /// Whether the upstream had the request, and was left while it may have been at work on it.
    var isTimeoutAtWork: Bool {
        code == Self.timeoutCode && (detail == "first byte" || detail == "total")
    }

    /// A stream that ended in mid-event, or without its last event.
    public static let cutStream = ProxyError(
        status: 502, code: "upstream_stream_cut", fault: .upstream,
        message: "The provider's stream ended before it was complete.")

    /// The provider told the client of an error in mid-stream.
    static let reportedInStream = ProxyError(
        status: 502, code: "upstream_stream_error", fault: .upstream,
        message: "The provider reported an error in its stream.")

    static let largeEvent = badAnswer("an event is larger than the limit")

    /// An error status whose body cannot be passed on.
    public static func upstreamStatus(_ status: Int) -> ProxyError {
        ProxyError(
            status: status, code: "upstream_status_\(status)", fault: .upstream,
            message: "The provider answered with status \(status).")
    }
}
