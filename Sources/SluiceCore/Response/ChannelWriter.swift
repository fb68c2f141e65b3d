internal import SluiceWire

/// Writes an answer into a channel instead of a socket.
final class ChannelWriter: ResponseWriter {
    /// Kept, so that a reader hears of an exchange that was dropped before its end.
    private let promise: AnswerChannel.Promise
    private var channel: AnswerChannel { promise.channel }
    private var pending: [UInt8] = []
    private(set) var bytesWritten: UInt64 = 0
    private var isWhole = false
    private let hosted: HostedExchanges

    init(_ promise: AnswerChannel.Promise, hosted: HostedExchanges) {
        self.promise = promise
        self.hosted = hosted
    }

    var hasRoom: Bool { channel.hasRoom }
    var isClosed: Bool { channel.isReaderGone }

    func writeHead(_ head: ResponseHead, length: Int?) {
        channel.put(head)
    }

    func write(_ bytes: Span<UInt8>) {
        bytesWritten += UInt64(bytes.count)
        pending.append(copying: bytes)
    }

    func flush() {
        guard !pending.isEmpty else { return }
        channel.put(pending)
        pending = []
    }

    func end() {
        flush()
        isWhole = true
    }

    func abort() {
        flush()
    }

    func exchangeEnded() {
        channel.finish(whole: isWhole)
        hosted.remove(self)
    }

    /// The answer ends here, whatever its exchange still does: the reader hears of a cut, and nobody waits for it to read.
    func abandon() {
        channel.finish(whole: false)
        channel.leave()
    }

    func waitForRoom() async {
        await channel.waitForRoom()
    }
}
