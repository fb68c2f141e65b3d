internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// Writes one answer to a client's connection: head, framing, bytes. What one pass wrote leaves with one system call.
final class ConnectionWriter: ResponseWriter {
    /// How the end of the body is told to the client.
    private enum Framing { case none, length, chunked, untilClose }

    let id: String
    private(set) var bytesWritten: UInt64 = 0
    private(set) var keepsAlive: Bool
    let body: RequestBodyReader
    private let isHeadRequest: Bool
    private let knowsChunks: Bool
    private let connection: Connection
    private var framing = Framing.none
    /// The head, until it is sent, and framing in front of the pass's bytes.
    private var front: [UInt8] = []
    private var pending: [UInt8] = []
    private var isStarted = false

    init(_ head: RequestHead, id: String, body: RequestBodyReader, connection: Connection) {
        isHeadRequest = head.method == .head
        knowsChunks = head.version == .http11
        self.id = id
        self.body = body
        self.connection = connection
        // What came before a half-close is served, pipelined requests included.
        keepsAlive = head.keepAlive && !(connection.inputEnded && connection.input.isEmpty)
    }

    var isClosed: Bool { connection.phase == .closed }
    var hasRoom: Bool { connection.waitingBytes <= connection.server.settings.highWaterMark }

    func waitForRoom() async {
        await connection.waitForRoom(for: self)
    }

    func writeHead(_ answer: ResponseHead, length: Int?) {
        isStarted = true
        let hasBody = !isHeadRequest && answer.status != 204 && answer.status != 304
        if !hasBody {
            framing = .none
        } else if length != nil {
            framing = .length
        } else {
            framing = knowsChunks ? .chunked : .untilClose
        }
        // A body that was not read to its end would be taken for the next request.
        if connection.server.isDraining || !body.isDone || framing == .untilClose {
            keepsAlive = false
        }
        front = connection.poller.buffers.take()
        let isBodiless = answer.status == 204 || answer.status == 304
        answer.write(
            in: .init(
                dateLine: connection.server.dateField(), requestID: id,
                length: isBodiless ? nil : length, isChunked: framing == .chunked,
                connection: !keepsAlive ? .close : knowsChunks ? .unsaid : .keepAlive),
            into: &front)
    }

    func write(_ bytes: Span<UInt8>) {
        guard framing != .none, !bytes.isEmpty else { return }
        bytesWritten += UInt64(bytes.count)
        if pending.isEmpty { pending = connection.poller.buffers.take() }
        pending.append(copying: bytes)
    }

    func flush() {
        send(isLast: false)
    }

    func end() {
        send(isLast: true)
    }

    private func send(isLast: Bool) {
        if framing == .chunked {
            if !pending.isEmpty {
                if front.isEmpty { front = connection.poller.buffers.take() }
                MessageWriter.chunkHeader(size: pending.count, into: &front)
                MessageWriter.lineEnd(into: &pending)
            }
            if isLast { MessageWriter.lastChunk(into: &pending) }
        }
        guard !front.isEmpty || !pending.isEmpty else { return }
        connection.send(&front, &pending)
        connection.poller.buffers.give(&front)
        connection.poller.buffers.give(&pending)
    }

    func exchangeEnded() {
        connection.exchangeEnded()
    }

    func abort() {
        keepsAlive = false
        connection.reset()
    }
}
