internal import SluiceLoop

/// Bounds the time that a loop gives to handshakes before it turns to its other connections.
///
/// One step can cost a millisecond of arithmetic, and a flood of clients has hundreds ready at once. What is beyond a turn's time waits in
/// the order in which it came.
final class HandshakeQueue: AlarmHandler {
    /// Nanoseconds of one turn. A step that has begun is finished.
    static let budget: UInt64 = 1_000_000

    private let poller: Poller
    private let alarm: Alarm
    private var waiting: [Connection] = []
    private var first = 0
    private var turn: UInt64 = 0
    private var spent: UInt64 = 0

    init(_ poller: Poller) {
        self.poller = poller
        alarm = Alarm(poller)
        alarm.handler = self
    }

    deinit {
        alarm.cancel()
    }

    /// Does the connection's next step now, or in a later turn.
    func step(_ connection: Connection, _ session: TLSSession) {
        guard first == waiting.count, hasTime else {
            if first == waiting.count { alarm.set(after: 1) }
            session.isQueued = true
            return waiting.append(connection)
        }
        take(connection)
    }

    private var hasTime: Bool {
        if turn != poller.turnNumber { (turn, spent) = (poller.turnNumber, 0) }
        return spent < Self.budget
    }

    private func take(_ connection: Connection) {
        let start = poller.precise
        connection.shakeHands()
        spent += poller.precise &- start
    }

    func rang(_ alarm: Alarm) {
        while first < waiting.count, hasTime {
            let connection = waiting[first]
            first += 1
            connection.session?.isQueued = false
            guard connection.phase != .closed else { continue }
            take(connection)
            connection.serve()
        }
        // A queue that is never empty would keep all that it has ever had.
        if first > waiting.count / 2 {
            waiting.removeFirst(first)
            first = 0
        }
        // A nanosecond from now is the next turn.
        if first < waiting.count { alarm.set(after: 1) }
    }
}
