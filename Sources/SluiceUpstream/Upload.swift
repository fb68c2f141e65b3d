internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// The part of a request's body that comes from the client while it goes out.
///
/// A task of its own asks for the next piece when the socket has taken the last one, because an answer may end the exchange while a slow
/// client is still sending. Then the piece it waits for is dropped.
final class Upload {
    private let rest: any IncomingBody
    private let transfer: UpstreamTransfer
    /// Bytes still to come; nil for chunks.
    private var remaining: UInt64?
    private var owesLineEnd = false
    private var hasBegun = false
    private var hasEnded = false
    private(set) var isComplete = false
    private var waiter: CheckedContinuation<Void, Never>?

    init(_ rest: any IncomingBody, framing: UpstreamRequest.Framing, transfer: UpstreamTransfer) {
        self.rest = rest
        self.transfer = transfer
        if case .length(let length) = framing { remaining = length }
    }

    /// Appends what stands before a piece of so many bytes.
    func frame(_ count: Int, into out: inout [UInt8]) {
        if let left = remaining {
            remaining = left - min(left, UInt64(count))
        } else if count > 0 {
            if owesLineEnd { MessageWriter.lineEnd(into: &out) }
            MessageWriter.chunkHeader(size: count, into: &out)
            owesLineEnd = true
        }
    }

    func transferDrained() {
        guard hasBegun else {
            hasBegun = true
            transfer.poller.spawn(run)
            return
        }
        wake()
    }

    func transferEnded() {
        hasEnded = true
        wake()
    }

    private func run() async {
        transfer.poller.loop.preconditionIsolated()
        do throws(ProxyError) {
            while let piece = try await rest.next() {
                if hasEnded { return }
                if piece.isEmpty { continue }
                if let remaining, UInt64(piece.count) > remaining {
                    throw ProxyError.invalidRequest("The body is longer than announced.")
                }
                var head = transfer.poller.buffers.take()
                frame(piece.count, into: &head)
                transfer.load(&head, piece)
                transfer.flush()
                await drain()
                if hasEnded { return }
            }
            try complete()
        } catch {
            if !hasEnded { transfer.fail(error) }
        }
    }

    private func complete() throws(ProxyError) {
        guard !hasEnded else { return }
        if let remaining, remaining > 0 {
            throw .invalidRequest("The body is shorter than announced.")
        }
        isComplete = true
        var tail = transfer.poller.buffers.take()
        if remaining == nil {
            if owesLineEnd { MessageWriter.lineEnd(into: &tail) }
            MessageWriter.lastChunk(into: &tail)
        }
        transfer.load(&tail, [])
        transfer.flush()
    }

    /// Returns when the socket has taken all, or the transfer has ended.
    private func drain() async {
        if hasEnded || transfer.sending == .uploading { return }
        await withCheckedContinuation { continuation in
            if hasEnded || transfer.sending == .uploading {
                continuation.resume()
            } else {
                waiter = continuation
            }
        }
    }

    private func wake() {
        let waiting = waiter
        waiter = nil
        waiting?.resume()
    }
}
