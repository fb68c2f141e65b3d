import SluiceWire

/// Heartbeats: comments in a stream that is silent, so that nothing between client and proxy takes its connection for dead.
///
/// Events go out whole and in one pass, so any moment outside a pass is a boundary between two of them.
extension ResponsePath {
    /// A comment without the blank line that ends an event: some clients take that line for an event, and fail to find JSON in it.
    private static let heartbeat = Array(": ping\n".utf8)
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The client has heard nothing for a while.
    func beat() {
        guard stopped == nil, !writer.isClosed, writer.hasRoom else { return }
        if !hasStarted { startEarly() }
        guard hasStarted, mode == .events || isEarly, !facts.contains(.last) else { return }
        hasBeaten = true
        writer.write(Self.heartbeat.span)
        writer.flush()
    }

    /// Sends the head of a stream that the provider has not begun. From here on whatever goes wrong is told by an error event.
    private func startEarly() {
        guard isStreaming, endpoint.isUnderstood, mode == .idle, hasBegun else { return }
        isEarly = true
        var headers = HeaderFields()
        headers[.contentType] = "text/event-stream; charset=utf-8"
        headers["cache-control"] = "no-cache"
        head = ResponseHead(status: 200, headers: headers)
        startHead(type: nil, length: nil)
    }

    /// The length of the byte order mark that an event begins with. It is one at a stream's beginning only: behind a heartbeat it would spoil
    /// the name of the first field.
    func byteOrderMark(of event: Span<UInt8>) -> Int {
        let mark = Self.byteOrderMark
        guard event.count >= mark.count else { return 0 }
        for index in mark.indices where event[index] != mark[index] { return 0 }
        return mark.count
    }
}
