import Synchronization
import Testing

@testable import SluiceLoop

/// Sends at the end of a turn, as a connection does, and acts when its alarm rings.
private final class Sender: TurnEndHandler, AlarmHandler {
    private let alarm: Alarm
    private let onAlarm: (Sender) -> Void

    init(_ poller: Poller, _ onAlarm: @escaping (Sender) -> Void = { _ in }) {
        self.onAlarm = onAlarm
        alarm = Alarm(poller)
        alarm.handler = self
        alarm.set(after: 1_000_000)
    }

    deinit { alarm.cancel() }

    func turnEnds() {}
    func rang(_ alarm: Alarm) { onAlarm(self) }
}

/// What happened on a loop.
private final class Seen: Sendable {
    private let kept = Mutex<String?>(nil)
    var text: String? { kept.withLock { $0 } }

    func note(_ text: String) {
        kept.withLock { $0 = $0 ?? text }
    }

    func wait() async -> String? {
        let deadline = ContinuousClock.now.advanced(by: .seconds(10))
        while text == nil, ContinuousClock.now < deadline { await Task.yield() }
        return text
    }
}

struct TurnEndTests {
    /// A client that sends one request behind another must not keep its loop from the others.
    @Test func workThatSendsLetsTheLoopTurn() async {
        let (loop, seen) = (Loop.start(name: "test"), Seen())
        defer { loop.stop() }
        await loop.run { poller in
            var left = 100_000
            let sender = Sender(poller) { _ in seen.note("rang") }
            func again() async {
                left -= 1
                guard left > 0 else { return seen.note("never rang") }
                poller.atEndOfTurn(sender)
                if seen.text == nil { poller.spawn(again) }
            }
            poller.spawn(again)
        }
        #expect(await seen.wait() == "rang")
    }

    @Test func aLoopThatStopsFreesWhoWaitsForTheEndOfItsTurn() async {
        let (loop, seen) = (Loop.start(name: "short"), Seen())
        // Safety: set and freed on the loop's thread, and only compared here.
        nonisolated(unsafe) weak var held: Holder?
        await loop.run { poller in
            let holder = Holder(poller)
            held = holder
            poller.settle(
                Sender(poller) { [weak holder] _ in
                    if let holder { poller.atEndOfTurn(holder) }
                    loop.stop()
                    seen.note("rang")
                })
            poller.settle(holder)
        }
        #expect(await seen.wait() == "rang")
        let deadline = ContinuousClock.now.advanced(by: .seconds(5))
        while held != nil, ContinuousClock.now < deadline { await Task.yield() }
        #expect(held == nil)
    }

    /// Refers to its loop, as all that lives there does.
    private final class Holder: TurnEndHandler {
        private let poller: Poller

        init(_ poller: Poller) {
            self.poller = poller
        }

        func turnEnds() {}
    }
}
