public import SluiceCore
public import SluiceWire

/// A client that keeps everything it is sent.
public final class RecordingWriter: ResponseWriter {
    /// The head that was sent; nil as long as none was.
    public private(set) var head: ResponseHead?
    /// The length that was announced; nil for a body of unknown length.
    public private(set) var length: Int?
    /// The bytes that each flush sent.
    public private(set) var flushes: [[UInt8]] = []
    /// Whether the answer came to its end.
    public private(set) var isEnded = false
    /// What ``takesTrailers`` says.
    public var takesTrailers = false
    /// The fields behind the answer; nil where it ended without any.
    public private(set) var trailers: HeaderFields?
    /// Whether the answer was broken off.
    public private(set) var isAborted = false
    /// Whether the client has gone.
    public var isClosed = false
    /// Whether the exchange is over.
    public private(set) var isOver = false
    /// The exchange that ``leave()`` ends.
    public var exchange: Exchange?
    /// What ``hasRoom`` says; set it to false to play a slow reader.
    public var hasRoom = true
    private var pending: [UInt8] = []

    /// A client that was sent nothing yet.
    public init() {}

    /// Everything sent so far.
    public var body: [UInt8] { Array(flushes.joined()) }
    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
    public var bytesWritten: UInt64 { UInt64(body.count + pending.count) }

    public func writeHead(_ head: ResponseHead, length: Int?) {
        self.head = head
        self.length = length
    }

    public func write(_ bytes: Span<UInt8>) {
        pending.append(copying: bytes)
    }

    public func flush() {
        guard !pending.isEmpty else { return }
        flushes.append(pending)
        pending = []
    }

    public func end() {
        flush()
        isEnded = true
    }

    public func end(trailers: HeaderFields) {
        self.trailers = trailers
        end()
    }

    public func abort() {
        flush()
        isAborted = true
    }

    public func waitForRoom() async {
        hasRoom = true
    }

    /// Plays a client that goes away.
    public func leave() {
        isClosed = true
        exchange?.clientIsGone()
    }

    public func exchangeEnded() {
        isOver = true
        exchange = nil
    }
}
