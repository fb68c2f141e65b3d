internal import CSluiceLinux
internal import Glibc
internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

/// What follows once the client has taken what waits for it.
enum AfterOutput {
    /// The next request, as soon as there is room again.
    case serve
    /// The end, when all is sent.
    case close(expectsInput: Bool)
}

extension Connection {
    var waitingBytes: Int { output.count }

    /// More is sent at once: putting it off is for messages that cost more to send than to copy.
    private static let departsTogether = 16 << 10

    /// Sends bytes at the end of the turn, or queues them behind what the kernel has refused. What is left in `bytes` means nothing.
    func send(_ bytes: inout [UInt8]) {
        guard phase != .closed else { return }
        guard output.isEmpty, departing.count + bytes.count <= Self.departsTogether else {
            return sendNow(bytes)
        }
        if departing.isEmpty {
            poller.atEndOfTurn(self)
            swap(&departing, &bytes)
        } else {
            departing.append(copying: bytes.span)
        }
    }

    private func sendNow(_ bytes: borrowing [UInt8]) {
        guard sendDeparting() else { return clientIsGone() }
        let wasEmpty = output.isEmpty
        switch output.send(bytes, to: descriptor, session, pool: poller.buffers) {
        case .allSent: break
        case .someLeft: if wasEmpty { arm() }
        case .broken: clientIsGone()
        }
    }

    /// - Returns: false when the connection is broken.
    func sendDeparting() -> Bool {
        guard !departing.isEmpty, phase != .closed else { return true }
        var bytes: [UInt8] = []
        swap(&bytes, &departing)
        let progress = output.send(bytes, to: descriptor, session, pool: poller.buffers)
        poller.buffers.give(&bytes)
        if progress == .someLeft { arm() }
        return progress != .broken
    }

    func turnEnds() {
        if !sendDeparting() { clientIsGone() }
    }

    /// Waits until the client has taken so much that more may be sent, or the exchange that asks is over: the next one may wait then.
    func waitForRoom(for asking: ServedRequest) async {
        while asking === served, needsRoom {
            await withUnsafeContinuation { continuation in
                if asking === served, needsRoom {
                    roomWaiter = continuation
                } else {
                    continuation.resume()
                }
            }
        }
    }

    private var needsRoom: Bool {
        phase != .closed && waitingBytes > server.settings.highWaterMark
    }

    func flushOutput() {
        let progress = output.flush(to: descriptor, session, pool: poller.buffers)
        if progress == .broken { return clientIsGone() }
        arm()
        if waitingBytes <= server.settings.highWaterMark / 2 { wakeWriter() }
        switch afterOutput {
        case .serve where waitingBytes <= server.settings.highWaterMark:
            afterOutput = nil
            serveNext()
        case .close(let expectsInput) where output.isEmpty:
            afterOutput = nil
            closeGently(expectsInput: expectsInput)
        default: break
        }
    }

    func wakeWriter() {
        guard let waiter = roomWaiter else { return }
        roomWaiter = nil
        waiter.resume()
    }

    /// Sends what waits, closes our side, and reads on for a moment so that the client gets our last bytes.
    ///
    /// - Parameter expectsInput: whether the client may be in the middle of sending something.
    func closeGently(expectsInput: Bool) {
        guard phase != .closed else { return }
        guard sendDeparting() else { return clientIsGone() }
        guard output.isEmpty else {
            phase = .answering
            afterOutput = .close(expectsInput: expectsInput)
            return
        }
        if inputEnded || (!mayRead && !expectsInput && input.isEmpty) { return close() }
        session?.end()
        shutdown(descriptor, Int32(SHUT_WR))
        enter(.lingering)
        discardInput()
    }

    /// Throws away what has come, a part of it a turn; the linger time bounds how often.
    func discardInput() {
        for _ in 0..<16 {
            switch poller.scratch.receive(descriptor, { _ in }) {
            case .moved: continue
            case .wouldBlock: return
            case .ended, .failed: return close()
            }
        }
    }
}
