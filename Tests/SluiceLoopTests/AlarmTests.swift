import Testing

@testable import SluiceLoop

/// Counts how often its alarms rang.
private final class Bell: AlarmHandler {
    private(set) var rings = 0

    func alarms(_ count: Int, _ poller: Poller) -> [Alarm] {
        (0..<count).map { _ in
            let alarm = Alarm(poller)
            alarm.handler = self
            return alarm
        }
    }

    func rang(_ alarm: Alarm) {
        rings += 1
    }
}

struct AlarmTests {
    private let loop = Loop.start(name: "test")

    /// Entries of the loop's heap after some work on `count` alarms, all set an hour ahead.
    private func entriesLeft(
        _ count: Int, _ work: @Sendable @escaping ([Alarm]) -> Void
    ) async -> Int {
        await loop.run { poller in
            let bell = Bell()
            let alarms = bell.alarms(count, poller)
            for alarm in alarms { alarm.set(after: 3600 * 1_000_000_000) }
            work(alarms)
            return poller.alarms.count
        }
    }

    @Test func cancelledAlarmsLeaveTheHeapLongBeforeTheirTime() async {
        let left = await entriesLeft(10_000) { alarms in
            for alarm in alarms { alarm.cancel() }
        }
        #expect(left <= 256)
    }

    @Test func alarmsThatAreSetAgainStay() async {
        let left = await entriesLeft(1000) { alarms in
            for alarm in alarms {
                alarm.cancel()
                alarm.set(after: 7200 * 1_000_000_000)
            }
        }
        #expect(left == 1000)
    }

    @Test func whatIsLeftAfterASweepRingsInOrder() async {
        let rung = await loop.run { poller -> [UInt64] in
            let bell = Bell()
            let alarms = bell.alarms(1000, poller)
            for (index, alarm) in alarms.enumerated() {
                alarm.set(at: poller.now &+ UInt64(index &* 7919 % 1000) &+ 1_000_000_000)
            }
            for alarm in alarms[..<600] { alarm.cancel() }
            var times: [UInt64] = []
            while let due = poller.alarms.earliest {
                if poller.alarms.popDue(at: due) != nil { times.append(due) }
            }
            return times
        }
        #expect(rung.count == 400)
        #expect(rung == rung.sorted())
    }
}
