/// How answers, errors and streams look to the clients of one API.
public protocol ClientDialect: Sendable {
    /// The body of an error answer, as JSON.
    func errorBody(_ error: ProxyError) -> [UInt8]

    /// A whole server-sent event that tells a client in mid-stream that the stream failed.
    ///
    /// - Parameter eventsBefore: how many events the stream had, for dialects that number them.
    func errorEvent(_ error: ProxyError, endpoint: Endpoint, eventsBefore: Int) -> [UInt8]

    /// Watches a stream go by, for usage and for its true end.
    func makeStreamReader(for endpoint: Endpoint) -> any StreamReader

    /// The usage that a whole JSON answer reports.
    func usage(inDocument body: [UInt8], endpoint: Endpoint) -> TokenUsage?

    /// The text that a whole JSON answer has brought, for a count where it reports no usage.
    func producedText(inDocument body: [UInt8], endpoint: Endpoint) -> [UInt8]

    /// Whether a whole JSON answer without usage is about work that has only begun, and goes on without this exchange.
    func isUnfinished(document body: [UInt8], endpoint: Endpoint) -> Bool
}

extension ClientDialect {
    public func producedText(inDocument body: [UInt8], endpoint: Endpoint) -> [UInt8] { [] }
    public func isUnfinished(document body: [UInt8], endpoint: Endpoint) -> Bool { false }
}

/// Reads the events of one stream without changing them. Called for each event on the loop, so it must be quick.
public protocol StreamReader: Sendable {
    /// - Parameter event: the raw bytes of one event, its blank line included.
    mutating func read(_ event: Span<UInt8>) -> EventFacts
    /// The last usage seen.
    var usage: TokenUsage? { get }
    /// The text that came so far.
    var produced: ProducedText { get }
}

extension StreamReader {
    public var produced: ProducedText { ProducedText() }
}

/// What one event says about its stream.
public struct EventFacts: OptionSet, Sendable {
    /// One bit for each fact.
    public let rawValue: UInt8

    /// A set of these bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// A finish reason, `[DONE]`, or the dialect's own last event: a stream without one was cut.
    public static let terminal = EventFacts(rawValue: 1)
    /// A chunk that only reports usage: hidden from a client that did not ask for it.
    public static let usageOnly = EventFacts(rawValue: 2)
    /// The provider reports an error inside the stream.
    public static let error = EventFacts(rawValue: 4)
    /// Nothing can follow: a connection that breaks after this event took nothing with it.
    public static let last = EventFacts(rawValue: 8)
}
