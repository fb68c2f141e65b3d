public import SluiceWire

/// Exchanges HTTP with upstreams on one loop. The server's side of the house does not know how.
public protocol Transport: AnyObject {
    /// Sends a request once and pushes the answer into `receiver`, synchronously with each read.
    ///
    /// - Parameters:
    ///   - rest: the part of a streamed body that follows `request.body`.
    ///   - deadline: nanoseconds of ``ExchangeClock`` after which the exchange fails; nil for none.
    ///   - receiver: kept until it has heard of the end, which can be before this call returns.
    func start(
        _ request: UpstreamRequest, rest: (any IncomingBody)?, provider: ConfiguredProvider,
        deadline: UInt64?, receiver: any ResponseReceiver
    ) -> any UpstreamExchange
}

/// One exchange with an upstream that is under way. Once its receiver has heard of the end, nothing it is told has an effect.
public protocol UpstreamExchange: AnyObject {
    /// Reads on, after its receiver had answered with ``ReceiveDecision/wait``.
    func resume()
    /// Ends it: its connection closes in this turn of the loop, and its receiver hears of this error.
    func end(_ error: ProxyError)
    /// Reads on, and ends it after some nanoseconds, unless it has ended by itself.
    func end(_ error: ProxyError, after time: UInt64)
}

extension UpstreamExchange {
    /// Ends it at once.
    public func end(_ error: ProxyError, after time: UInt64) { end(error) }
}

/// Takes an upstream's answer. Called on the loop, in the pass that read the bytes.
public protocol ResponseReceiver: AnyObject {
    /// The final head; interim ones are not reported.
    func receive(_ head: consuming ResponseHead) -> ReceiveDecision
    /// Bytes of the body, framing removed. Valid during the call.
    func receive(_ bytes: Span<UInt8>) -> ReceiveDecision
    /// One read is done: what it brought may go out now.
    func receivedAll() -> ReceiveDecision
    /// The exchange is over; called once, and last.
    ///
    /// - Parameter error: nil when the answer's last byte was received, or the receiver had asked to stop. Its `retry` is `.elsewhere`
    ///   only where no byte of the request was sent.
    func ended(_ error: ProxyError?)
}

/// What a receiver wants of the reader.
public enum ReceiveDecision: Sendable, Equatable {
    case more
    /// Read no more, with the upstream's timers standing still, until ``UpstreamExchange/resume()``. The end waits for that too.
    case wait
    /// The rest is of no use: close the connection.
    case stop
}

/// The client's body, as far as it has not been read yet.
public protocol IncomingBody: AnyObject {
    /// The length of the whole body, where the client said it.
    var totalLength: UInt64? { get }
    /// The next bytes; nil at the end.
    nonisolated(nonsending) func next() async throws(ProxyError) -> [UInt8]?
    /// All of it.
    ///
    /// - Throws: a refusal with 413 above `limit` bytes; where the length was announced, before anything is read.
    nonisolated(nonsending) func collect(upTo limit: Int) async throws(ProxyError) -> [UInt8]
    /// All of it, where it has come already and is not above the limit; nil otherwise, and then nothing is taken.
    func takeWhole(upTo limit: Int) -> [UInt8]?
}

extension IncomingBody {
    public func takeWhole(upTo limit: Int) -> [UInt8]? { nil }
}

/// Time on a loop, in nanoseconds that only grow.
public protocol ExchangeClock: AnyObject {
    /// When this turn of the loop began: enough for deadlines, and free.
    var now: UInt64 { get }
    /// This moment.
    var precise: UInt64 { get }
}
