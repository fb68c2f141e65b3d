internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// One request on a connection: its body as it comes in, and its answer as it goes out. One object for both, since each request has one.
///
/// What one pass wrote of the answer leaves with one system call.
final class ServedRequest: ResponseWriter {
    /// How the end of the answer's body is told to the client.
    private enum Framing { case none, length, chunked, untilClose }

    let id: String
    /// Lives longer: it lets go of its exchange, and so of this, at the exchange's end.
    let connection: Connection
    private let pool: BufferPool
    var body: PartialBody
    private(set) var bytesWritten: UInt64 = 0
    /// The same at the last look at the silence of the answer; none was taken before the first.
    var writtenAtBeat = UInt64.max
    private(set) var keepsAlive: Bool
    private let isHeadRequest: Bool
    private let knowsChunks: Bool
    private var framing = Framing.none
    private var piece = AnswerPiece()

    init(_ head: RequestHead, id: String, connection: Connection) {
        isHeadRequest = head.method == .head
        knowsChunks = head.version == .http11
        self.id = id
        self.connection = connection
        pool = connection.poller.buffers
        body = PartialBody(head, limits: connection.server.settings.chunkLimits)
        // What came before a half-close is served, pipelined requests included.
        keepsAlive = head.keepAlive && !(connection.inputEnded && connection.input.isEmpty)
    }

    var isClosed: Bool { connection.phase == .closed }
    var hasRoom: Bool { connection.waitingBytes <= connection.server.settings.highWaterMark }

    func waitForRoom() async {
        await connection.waitForRoom(for: self)
    }

    func writeHead(_ answer: ResponseHead, length: Int?) {
        let hasBody = !isHeadRequest && answer.status != 204 && answer.status != 304
        if !hasBody {
            framing = .none
        } else if length != nil {
            framing = .length
        } else {
            framing = knowsChunks ? .chunked : .untilClose
        }
        // A body that was not read to its end would be taken for the next request.
        if connection.server.isDraining || connection.isOnReserve || !body.isDone
            || framing == .untilClose
        {
            keepsAlive = false
        }
        let isBodiless = answer.status == 204 || answer.status == 304
        piece.writeHead(from: pool) { head in
            answer.write(
                in: .init(
                    dateLine: connection.server.dateField(), requestID: id,
                    length: isBodiless ? nil : length, isChunked: framing == .chunked,
                    connection: !keepsAlive ? .close : knowsChunks ? .unsaid : .keepAlive),
                into: &head)
        }
    }

    func write(_ bytes: Span<UInt8>) {
        guard framing != .none, !bytes.isEmpty else { return }
        bytesWritten += UInt64(bytes.count)
        if framing == .chunked {
            piece.appendToChunk(bytes, from: pool)
        } else {
            piece.append(bytes, from: pool)
        }
    }

    var takesTrailers: Bool { knowsChunks && !isHeadRequest }

    func flush() {
        if framing == .chunked { piece.endChunk(isLast: false, from: pool) }
        send()
    }

    func end() {
        if framing == .chunked { piece.endChunk(isLast: true, from: pool) }
        send()
    }

    func end(trailers: HeaderFields) {
        if framing == .chunked { piece.endBody(trailers: trailers, from: pool) }
        send()
    }

    private func send() {
        guard !piece.isEmpty else { return }
        var bytes = piece.take()
        connection.send(&bytes)
        pool.give(&bytes)
    }

    func exchangeEnded() {
        connection.exchangeEnded()
    }

    func abort() {
        keepsAlive = false
        connection.reset()
    }
}
