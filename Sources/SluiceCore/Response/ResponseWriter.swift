public import SluiceWire

/// The way to the client: what a server's connection, or an answer in process, offers to an exchange.
///
/// Bytes written are collected and leave with ``flush()``, at the end of the pass that brought them.
public protocol ResponseWriter: AnyObject {
    /// Starts the answer.
    ///
    /// - Parameter length: of the body in bytes; nil when it is not known yet.
    func writeHead(_ head: ResponseHead, length: Int?)
    func write(_ bytes: Span<UInt8>)
    func flush()
    /// The answer is whole.
    func end()
    /// Whether the client can be sent fields behind a body whose length was not known. Default: no.
    var takesTrailers: Bool { get }
    /// The answer is whole, and these fields come behind it. The default leaves them out.
    func end(trailers: HeaderFields)
    /// The answer is cut: the connection closes in a way that cannot be taken for its end.
    func abort()
    /// False once more is waiting for the client than the high-water mark allows.
    var hasRoom: Bool { get }
    /// Bytes of the answer's body so far.
    var bytesWritten: UInt64 { get }
    /// Waits until there is room again.
    nonisolated(nonsending) func waitForRoom() async
    /// Whether the client has gone. Whoever notices tells ``Exchange/clientIsGone()``.
    var isClosed: Bool { get }
    /// The exchange is over and its record is written; called once, and last.
    func exchangeEnded()
}

extension ResponseWriter {
    public var takesTrailers: Bool { false }
    public func end(trailers: HeaderFields) { end() }
}
