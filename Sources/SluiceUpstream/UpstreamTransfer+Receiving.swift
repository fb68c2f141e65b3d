internal import SluiceCore
internal import SluiceLoop

extension UpstreamTransfer {
    /// Reads in one turn; then other connections have theirs.
    private static let readsPerTurn = 16

    /// Reads until there is no more, or the receiver wants no more.
    func readAvailable() {
        // Neither changes until the exchange has ended.
        guard let connection, let receiver else { return }
        var reads = 0
        while connection.mayRead, !isHeld, !hasEnded {
            guard reads < Self.readsPerTurn else { return connection.yieldTurn() }
            reads += 1
            var decision = ReceiveDecision.more
            let outcome = connection.receive { bytes in
                decision = answer.take(bytes, for: receiver)
            }
            switch outcome {
            case .moved: settle(decision, connection, receiver)
            case .wouldBlock: return
            case .ended:
                answer.takeEnd()
                settle(.more, connection, receiver)
            case .failed:
                fail(
                    .connectionLost(
                        answer.hasBegun ? "reset within the answer" : "reset without an answer"))
            }
        }
    }

    /// Reads on after the receiver has made room.
    func resume() {
        guard !hasEnded else { return report(nil) }
        isHeld = false
        armIdleTimer()
        readAvailable()
    }

    /// Decides what one read means.
    private func settle(
        _ received: ReceiveDecision, _ connection: UpstreamConnection,
        _ receiver: any ResponseReceiver
    ) {
        // The receiver may have cancelled.
        guard !hasEnded else { return }
        var decision = received
        if answer.status > 0, decision != .stop {
            decision = decision.joined(with: receiver.receivedAll())
            guard !hasEnded else { return }
        }
        if decision == .stop { return finish() }
        switch answer.phase {
        case .complete:
            finish(isHeld: decision == .wait)
        case .failed(let error):
            fail(error)
        case .head:
            break
        case .body:
            // An answer with an error ends the request; one of success may need all of it.
            if answer.status >= 300 { stopSending() }
            if decision == .wait { hold() } else { armIdleTimer(connection.alarm) }
        }
    }

    private func hold() {
        isHeld = true
        disarm()
    }
}
