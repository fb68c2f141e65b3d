internal import SluiceCore
internal import SluiceLoop
internal import SluiceWire

extension UpstreamTransfer {
    /// More is sent at once: it would have left the processor's caches by the end of the turn, and its memory serves the next body.
    private static let departsTogether = 16 << 10

    /// Writes the request, as far as the socket takes it.
    func send(_ request: UpstreamRequest, rest: (any IncomingBody)?) {
        let rest = request.body.isStream ? rest : nil
        let framing = request.framing(hasRest: rest != nil)
        var head = poller.buffers.take()
        request.writeHead(hostLine: origin.hostLine, framing: framing, into: &head)
        let bytes = request.body.bytes
        if let rest {
            upload = Upload(rest, framing: framing, transfer: self)
            upload?.frame(bytes.count, into: &head)
        }
        load(&head, bytes)
        // The alarm of an idle connection may be due in this very turn, before its end.
        armSendTimer()
        guard bytes.count > Self.departsTogether else { return poller.atEndOfTurn(self) }
        // The end of an idle connection may have been reported in this turn, and not been handled yet.
        if let connection, connection.isReused, !connection.isQuiet() { return becomeStale() }
        flush()
    }

    /// Makes two pieces ready to be sent by ``flush()``; ``drained()`` follows.
    func load(_ head: inout [UInt8], _ body: [UInt8]) {
        sending = .sending
        outgoing.load(&head, body, joinsSmall: connection?.joinsSmall == true)
    }

    func turnEnds() {
        flush()
        if connection?.mayRead == true { readAvailable() }
    }

    func flush() {
        guard sending == .sending, let connection else { return }
        while !outgoing.isDrained {
            switch connection.send(outgoing.head, outgoing.body, from: outgoing.sent) {
            case .moved(let count):
                outgoing.advance(count)
                if !hasSent { noteSent() }
            case .wouldBlock:
                // An upstream that takes nothing is as silent as one that says nothing.
                return armSendTimer()
            case .ended, .failed:
                return sendFailed(connection)
            }
        }
        drained()
    }

    private func drained() {
        outgoing.discard(to: poller.buffers)
        if let upload, !upload.isComplete {
            sending = .uploading
            disarm()
            upload.transferDrained()
        } else {
            sending = .sent
            upload = nil
            if answer.status == 0 {
                armFirstByteTimer()
            } else if !isHeld {
                // The answer began during the upload, which had stopped the clock.
                armIdleTimer()
            }
        }
    }

    private func sendFailed(_ connection: UpstreamConnection) {
        guard hasSent || !connection.isReused else {
            return becomeStale()
        }
        guard hasSent else {
            return fail(.cannotConnect("the connection was closed before the request"))
        }
        sending = .abandoned
        // Often an answer lies before the end, such as a 413 to a body that is too large.
        connection.readAnyway()
        readAvailable()
        if !hasEnded { fail(.connectionLost("the connection broke while the request was sent")) }
    }

    /// A final answer came before the request had gone out.
    func stopSending() {
        guard sending == .sending || sending == .uploading else { return }
        sending = .abandoned
        outgoing.discard(to: poller.buffers)
        upload?.transferEnded()
        upload = nil
    }
}

extension RequestBody {
    var isStream: Bool { if case .stream = self { true } else { false } }
}
