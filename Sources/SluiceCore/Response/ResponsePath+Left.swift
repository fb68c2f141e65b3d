import SluiceWire

/// What a stream still tells after its client has gone.
///
/// Clients like to leave at the finish reason. The generation is over by then, and what it came to is the very next event.
extension ResponsePath {
    /// The client has gone.
    ///
    /// - Returns: whether it is worth to read on for a moment.
    func leave() -> Bool {
        readBacklog()
        isLeft = awaitsUsage
        return isLeft
    }

    /// A stream that is done but for its usage, which is on its way. Stages cannot be asked while one of them is at work.
    private var awaitsUsage: Bool {
        !isInStage && mode == .events && (hidesUsage || asksUsage) && facts.contains(.terminal)
            && facts.isDisjoint(with: [.last, .error]) && reader?.usage == nil
            && !stages.isWaiting && stopped == nil && !isEndedByStage
    }

    /// Reads what came behind an event that a stage was waiting with.
    func readBacklog() {
        guard mode == .events, reader?.usage == nil, !held.isEmpty else { return }
        let backlog = held
        held = []
        scanner = EventScanner(limit: limits.event)
        _ = readUsage(backlog.span)
    }

    func readOn(_ bytes: Span<UInt8>) -> ReceiveDecision {
        sizeSinceLeft += bytes.count
        guard sizeSinceLeft <= limits.usageRest else { return .stop }
        return readUsage(bytes)
    }

    private func readUsage(_ bytes: Span<UInt8>) -> ReceiveDecision {
        var start = 0
        while let end = scanner.nextBoundary(in: bytes, from: start) {
            hold(bytes.extracting(start..<end))
            let event = held
            held = []
            read(event)
            start = end
            if reader?.usage != nil || facts.contains(.last) { return .stop }
        }
        hold(bytes.extracting(start..<bytes.count))
        return .more
    }

    private func read(_ event: [UInt8]) {
        guard isTranslated else {
            facts.formUnion(reader?.read(event.span) ?? [])
            return
        }
        guard var translator, let parsed = ServerSentEvent(parsing: event.span),
            let translated = try? translator.event(parsed)
        else { return }
        self.translator = translator
        for event in translated {
            var raw: [UInt8] = []
            event.write(into: &raw)
            facts.formUnion(reader?.read(raw.span) ?? [])
        }
    }
}
