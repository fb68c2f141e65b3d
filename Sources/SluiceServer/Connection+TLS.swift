internal import SluiceCore
internal import SluiceLoop

/// The beginning of a connection with TLS. What follows differs by where bytes are read from and written to, and nothing else.
extension Connection {
    /// With this a record of a handshake begins, and no request.
    static let handshakeRecord: UInt8 = 0x16

    var isShakingHands: Bool { session?.isEstablished == false }

    /// Reads where there is TLS; before hands are shaken, goes on with that.
    func readSecurely(_ session: TLSSession) {
        guard session.isEstablished else { return open(session) }
        switch session.receive(poller.scratch, { take($0) }) {
        case .moved:
            if session.isDrained {
                mayRead = sawPeerClose
            } else if session.hasReadFarewell {
                // Nothing will ring for what was read already.
                sawPeerClose = true
                if phase == .answering { leaveIfHalfClosed() }
            }
            if phase == .readingBody { arm() }
        case .wouldBlock:
            mayRead = false
        case .ended, .failed:
            mayRead = false
            inputEnded = true
        }
    }

    private func open(_ session: TLSSession) {
        mayRead = false
        guard !session.isQueued else { return }
        if !session.hasOpened {
            switch session.peek() {
            case .nothingYet: return
            case .ended:
                inputEnded = true
                return
            case .plainRequest: return refusePlainRequest()
            case .handshake: session.hasOpened = true
            }
        }
        server.handshakes.step(self, session)
    }

    /// One step of the handshake. The loop's queue calls it, since it may take a millisecond.
    func shakeHands() {
        guard let session else { return }
        switch session.shakeHands() {
        case .established:
            mayRead = true
            tls = session.client
            server.shookHands(session.isResumed, tls?.version)
        case .waiting:
            break
        case .failed(let reason):
            server.handshakeFailed(
                reason == nil ? \.left : \.failed, client: client,
                reason: reason ?? "the client closed the connection")
            // An alert is on its way, which a reset would destroy.
            closeGently(expectsInput: true)
        }
    }

    /// Answers in the language that the client speaks.
    private func refusePlainRequest() {
        session = nil
        server.handshakeFailed(\.plain, client: client, reason: "HTTP without TLS")
        refuse(.plainRequest)
    }
}

extension ProxyError {
    static let plainRequest = ProxyError(
        status: 400, code: "tls_required", fault: .client,
        message: "This port speaks HTTPS; the request came without TLS.")

    static let unexpectedTLS = ProxyError(
        status: 400, code: "tls_not_expected", fault: .client,
        message: "This port speaks HTTP; the client began with TLS.")
}
