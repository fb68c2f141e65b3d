internal import SluiceCore
internal import SluiceLoop

extension UpstreamTransfer {
    func armSendTimer() { arm(limits.firstByte) }
    func armFirstByteTimer() { arm(limits.firstByte) }
    func armIdleTimer() { arm(limits.streamIdle) }
    func armIdleTimer(_ alarm: Alarm) { set(alarm, limits.streamIdle) }

    /// Leaves the deadline of the whole exchange only: what measures the upstream stands still.
    func disarm() { arm(nil) }

    private func arm(_ limit: UInt64?) {
        if let alarm = connection?.alarm { set(alarm, limit) }
    }

    private func set(_ alarm: Alarm, _ limit: UInt64?) {
        let time = min(limit.map { poller.now &+ $0 } ?? .max, deadline ?? .max, leave?.at ?? .max)
        if time == .max { alarm.cancel() } else { alarm.set(at: time) }
    }

    func connectionRang(_ connection: UpstreamConnection) {
        if let leave, leave.at <= poller.now { return fail(leave.error) }
        if let deadline, deadline <= poller.now {
            return fail(.upstreamTimeout(hasSent ? "total" : "total, before it was sent"))
        }
        switch sending {
        case .sending where answer.status == 0: fail(.upstreamTimeout("send"))
        default: fail(.upstreamTimeout(answer.status == 0 ? "first byte" : "stream idle"))
        }
    }
}
