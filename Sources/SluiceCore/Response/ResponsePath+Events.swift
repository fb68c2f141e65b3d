import SluiceWire

/// Streams: events are passed on one by one, as they are whole.
extension ResponsePath {
    func receiveEvents(_ bytes: Span<UInt8>) -> ReceiveDecision {
        var start = 0
        while !stages.isWaiting, let end = scanner.nextBoundary(in: bytes, from: start) {
            let piece = bytes.extracting(start..<end)
            guard held.count + piece.count <= limits.event else { return stop(.largeEvent) }
            if held.isEmpty {
                passEvent(piece)
            } else {
                hold(piece)
                let event = held
                held.removeAll(keepingCapacity: held.count < 4096)
                passEvent(event.span)
            }
            start = end
            if stopped != nil || isEndedByStage { return .stop }
        }
        if start < bytes.count { hold(bytes.extracting(start..<bytes.count)) }
        if scanner.isOverLimit { return stop(.largeEvent) }
        return .more
    }

    private func passEvent(_ came: Span<UInt8>) {
        let mark = hasBeaten && events == 0 ? byteOrderMark(of: came) : 0
        let raw = came.extracting(droppingFirst: mark)
        let eventFacts = isTranslated ? [] : reader?.read(raw) ?? []
        guard eventFacts.contains(.error) else { return passEvent(raw, eventFacts) }
        var copy: [UInt8] = []
        copy.append(copying: raw)
        let redacted = Redaction.redact(credential, secrets, in: copy)
        passEvent(redacted.span, eventFacts)
    }

    private func passEvent(_ raw: Span<UInt8>, _ eventFacts: EventFacts) {
        events += 1
        lastEventAt = clock.now
        facts.formUnion(eventFacts)
        if hidesUsage, eventFacts.contains(.usageOnly) { return }
        if !isTranslated, !stages.wantsEvents {
            writer.write(raw)
            return
        }
        guard let event = ServerSentEvent(parsing: raw) else {
            writer.write(raw)
            return
        }
        do {
            guard var translator else { return pass(event, raw: raw) }
            let translated = try translator.event(event)
            self.translator = translator
            for event in translated { passTranslated(event) }
        } catch {
            stopped = error
        }
    }

    private func passTranslated(_ event: ServerSentEvent) {
        var raw: [UInt8] = []
        event.write(into: &raw)
        facts.formUnion(reader?.read(raw.span) ?? [])
        pass(event, raw: raw.span)
    }

    private func pass(_ event: ServerSentEvent, raw: Span<UInt8>) {
        guard stages.wantsEvents else { return writer.write(raw) }
        if stages.wantsText, let text = reader?.produced { stages.produced(text) }
        switch stages.pass(event) {
        case .keep: writer.write(raw)
        case .waiting:
            waitingEvent.removeAll()
            waitingEvent.append(copying: raw)
        case let result: emit(result)
        }
    }

    private func emit(_ result: StageChain.Result) {
        switch result {
        case .keep, .waiting: break
        case .events(let events): write(events)
        case .end(let events, let reason):
            write(events)
            isEndedByStage = true
            endReason = reason
        case .stop(let error, let events):
            write(events)
            stopped = error
        }
    }

    private func write(_ events: [ServerSentEvent]) {
        var bytes: [UInt8] = []
        for event in events { event.write(into: &bytes) }
        writer.write(bytes.span)
    }

    /// Goes on with the event that a stage waits with, and with what came behind it.
    func resumeStages() async throws(ProxyError) {
        while stages.isWaiting {
            isInStage = true
            let result = await stages.resume()
            isInStage = false
            if writer.isClosed { throw .clientGone }
            let event = waitingEvent
            if case .keep = result { writer.write(event.span) }
            emit(result)
            writer.flush()
            if stopped != nil || isEndedByStage { break }
            let backlog = held
            held.removeAll()
            scanner = EventScanner(limit: limits.event)
            if receiveEvents(backlog.span) == .stop { break }
        }
        waitingEvent = []
        if let stopped { throw stopped }
    }
}
