internal import SluiceWire
internal import Synchronization

/// Carries an answer in process from its loop to whoever reads it, with a bound on what waits in between.
final class AnswerChannel: Sendable {
    private struct State {
        var head: ResponseHead?
        var pieces: [[UInt8]] = []
        var waitingBytes = 0
        var end: End?
        var isReaderGone = false
        var headReader: CheckedContinuation<ResponseHead, any Error>?
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var room: CheckedContinuation<Void, Never>?
        var gone: CheckedContinuation<Void, Never>?
    }

    private enum End { case whole, cut }
    private typealias Waiting = (
        head: CheckedContinuation<ResponseHead, any Error>?,
        reader: CheckedContinuation<[UInt8]?, any Error>?, gone: CheckedContinuation<Void, Never>?
    )

    /// Ends the answer when nobody is left who could: the host dropped the exchange before it ran.
    final class Promise: Sendable {
        let channel: AnswerChannel
        init(_ channel: AnswerChannel) { self.channel = channel }
        deinit { channel.finish(whole: false) }
    }

    static let highWaterMark = 256 << 10
    private let state = Mutex(State())

    var hasRoom: Bool { state.withLock { $0.waitingBytes <= Self.highWaterMark } }
    var isReaderGone: Bool { state.withLock { $0.isReaderGone } }

    // MARK: The loop's side

    func put(_ head: ResponseHead) {
        let reader = state.withLock { state in
            state.head = head
            defer { state.headReader = nil }
            return state.headReader
        }
        reader?.resume(returning: head)
    }

    func put(_ piece: [UInt8]) {
        let reader = state.withLock { state -> CheckedContinuation<[UInt8]?, any Error>? in
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            state.pieces.append(piece)
            state.waitingBytes += piece.count
            return nil
        }
        reader?.resume(returning: piece)
    }

    /// Says how the answer ended; the first word counts.
    func finish(whole: Bool) {
        let (head, reader, gone) = state.withLock { state in
            guard state.end == nil else { return (nil, nil, nil) as Waiting }
            state.end = whole ? .whole : .cut
            let waiting: Waiting = (state.headReader, state.reader, state.gone)
            (state.headReader, state.reader, state.gone) = (nil, nil, nil)
            return waiting
        }
        head?.resume(throwing: CancellationError())
        if whole {
            reader?.resume(returning: nil)
        } else {
            reader?.resume(throwing: ProxyError.cutStream)
        }
        gone?.resume()
    }

    func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.waitingBytes <= Self.highWaterMark || state.isReaderGone { return true }
                state.room = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Returns when the reader has dropped its answer, or the answer is over.
    func waitForReaderGone() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.isReaderGone || state.end != nil { return true }
                state.gone = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    // MARK: The reader's side

    /// - Throws: `CancellationError` when the answer ended without a head, or the calling task was cancelled.
    func head() async throws -> ResponseHead {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (head, isOver) = state.withLock { state in
                    let isOver = state.end != nil || state.isReaderGone
                    if state.head == nil, !isOver { state.headReader = continuation }
                    return (state.head, isOver)
                }
                if let head {
                    continuation.resume(returning: head)
                } else if isOver {
                    continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            leave()
        }
    }

    /// - Throws: `CancellationError` when the calling task was cancelled, which ends the exchange.
    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { take($0) }
        } onCancel: {
            leave()
        }
    }

    /// Gives a reader what waits, or keeps the reader until something comes.
    private func take(_ reader: CheckedContinuation<[UInt8]?, any Error>) {
        let (bytes, room, end, isReaderGone) = state.withLock { state in
            let bytes = Array(state.pieces.joined())
            state.pieces = []
            state.waitingBytes = 0
            if bytes.isEmpty, state.end == nil, !state.isReaderGone { state.reader = reader }
            let room = state.room
            state.room = nil
            return (bytes, room, state.end, state.isReaderGone)
        }
        room?.resume()
        switch (bytes.isEmpty, end) {
        case (false, _): reader.resume(returning: bytes)
        case (true, .whole): reader.resume(returning: nil)
        case (true, .cut): reader.resume(throwing: ProxyError.cutStream)
        case (true, nil): if isReaderGone { reader.resume(throwing: CancellationError()) }
        }
    }

    /// Nobody reads any more. Whoever waits to read hears of its cancellation.
    func leave() {
        let (room, gone, head, reader) = state.withLock { state in
            state.isReaderGone = true
            let waiting = (state.room, state.gone, state.headReader, state.reader)
            (state.room, state.gone) = (nil, nil)
            (state.headReader, state.reader) = (nil, nil)
            return waiting
        }
        room?.resume()
        gone?.resume()
        head?.resume(throwing: CancellationError())
        reader?.resume(throwing: CancellationError())
    }
}

/// The bytes of an answer in process, as they come. Read once; dropping it cancels the exchange.
public struct AnswerBytes: AsyncSequence, Sendable {
    /// What came since the last one, never empty.
    public typealias Element = [UInt8]

    /// Tells the channel when the last copy of the sequence and its iterators is gone.
    fileprivate final class Lease: Sendable {
        let channel: AnswerChannel
        init(_ channel: AnswerChannel) { self.channel = channel }
        deinit { channel.leave() }
    }

    private let lease: Lease

    init(_ channel: AnswerChannel) {
        lease = Lease(channel)
    }

    /// The bytes from here on; two iterators share them.
    public func makeAsyncIterator() -> Iterator {
        Iterator(lease: lease)
    }

    /// Takes the bytes as they come.
    public struct Iterator: AsyncIteratorProtocol {
        private let lease: Lease

        fileprivate init(lease: Lease) {
            self.lease = lease
        }

        /// - Throws: ``ProxyError`` when the answer was cut.
        public mutating func next() async throws -> [UInt8]? {
            try await lease.channel.next()
        }
    }

    /// All bytes.
    public func collect() async throws -> [UInt8] {
        var all: [UInt8] = []
        for try await piece in self { all += piece }
        return all
    }
}
