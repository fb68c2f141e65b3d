import SluiceWire

/// The answer to an attempt, as it comes, and what its end means.
extension Attempts: ResponseReceiver {
    func receive(_ head: consuming ResponseHead) -> ReceiveDecision {
        // Only a refusal can lead to another attempt.
        if 200..<300 ~= head.status { request = nil }
        return path.receive(head)
    }

    func receive(_ bytes: Span<UInt8>) -> ReceiveDecision {
        path.receive(bytes)
    }

    func receivedAll() -> ReceiveDecision {
        let decision = path.receivedAll()
        if decision == .wait { perform(.room) }
        return decision
    }

    func ended(_ error: ProxyError?) {
        isUnderWay = false
        upstream = nil
        if let sentTo { provider?.urls?.report(sentTo, error: error) }
        if path.isInStage {
            endMeanwhile = UpstreamEnd(error: error)
        } else if let outcome = settle(error) {
            exchange.finish(outcome)
        }
    }
}

extension Attempts {
    /// What the end of an upstream exchange means.
    ///
    /// - Returns: nil when there is another attempt.
    func settle(_ error: ProxyError?) -> Outcome? {
        do throws(ProxyError) {
            return try concluded(error)
        } catch {
            return afterFailure(error)
        }
    }

    private func concluded(_ error: ProxyError?) throws(ProxyError) -> Outcome? {
        if let error, !path.isOver { throw error }
        guard try path.prepareEnd() else {
            perform(.count)
            return nil
        }
        guard let refusal = try path.conclude() else {
            return path.reportedError.map(Outcome.failed) ?? .completed
        }
        if refusal.head.status == 401, mayRenew, rest == nil, credential != nil,
            provider?.tokens != nil
        {
            perform(.renewal(refusal))
            return nil
        }
        return answer(with: refusal)
    }

    func answer(with refusal: UpstreamRefusal) -> Outcome {
        if path.hasStarted {
            path.fail(refusal.error(credential: credential, secrets: provider?.secrets ?? []))
            return .failed(refusal.error)
        }
        let (status, headers, body) = refusal.answer(
            credential: credential, secrets: provider?.secrets ?? [], dialect: dialect)
        path.send(status: status, headers: headers, body: body)
        return .failed(refusal.error)
    }
}
