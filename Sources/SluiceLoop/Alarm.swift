/// Something that wants to hear when its alarm goes off. Called on the loop's thread.
public protocol AlarmHandler: AnyObject {
    func rang(_ alarm: Alarm)
}

/// One deadline that moves often and rarely fires.
///
/// Its owner cancels it before it goes, at the latest in its `deinit`: the alarm does not keep its handler alive.
///
/// Moving it later costs two stores: the entry in the poller's heap stays where it is, and when that comes up the alarm
/// is put back at its true deadline. So a deadline per received byte is affordable.
public final class Alarm {
    /// Nanoseconds of the poller's clock; `.max` when off.
    public private(set) var deadline: UInt64 = .max
    var scheduledAt: UInt64 = .max
    /// Who hears of it, and owns it. Not weak: a weak reference makes each retain of its object slower, for ever.
    public unowned var handler: (any AlarmHandler)?
    private let poller: Poller

    public init(_ poller: Poller) {
        self.poller = poller
    }

    /// Goes off `nanoseconds` after the poller's current time; replaces what was set before. `nil` turns it off.
    public func set(after nanoseconds: UInt64?) {
        guard let nanoseconds, nanoseconds < .max / 2 else { return cancel() }
        set(at: poller.now &+ nanoseconds)
    }

    public func set(at time: UInt64) {
        if isCancelled { poller.alarms.noteRevived() }
        deadline = time
        if time < scheduledAt {
            poller.alarms.schedule(self, at: time)
        }
    }

    public func cancel() {
        guard deadline < .max else { return }
        deadline = .max
        if isCancelled { poller.alarms.noteCancelled() }
    }

    /// Off, but still in the heap.
    private var isCancelled: Bool { deadline == .max && scheduledAt < .max }
}

/// The alarms of one loop: a binary heap by time, with entries that may be stale.
struct AlarmHeap {
    private struct Entry {
        let time: UInt64
        let alarm: Alarm
    }

    private var entries: [Entry] = []
    /// How many alarms in it are off.
    private var cancelled = 0
    private static let toleratedCancelled = 128

    var earliest: UInt64? { entries.first?.time }
    var count: Int { entries.count }

    mutating func schedule(_ alarm: Alarm, at time: UInt64) {
        alarm.scheduledAt = time
        entries.append(Entry(time: time, alarm: alarm))
        siftUp(entries.count - 1)
    }

    /// Takes the next alarm that is really due at `now`, and puts moved ones back.
    mutating func popDue(at now: UInt64) -> Alarm? {
        while let first = entries.first, first.time <= now {
            removeFirst()
            let alarm = first.alarm
            // An entry that is not the alarm's latest was overtaken by an earlier one.
            guard alarm.scheduledAt == first.time else { continue }
            alarm.scheduledAt = .max
            if alarm.deadline == .max { cancelled -= 1 }
            if alarm.deadline <= now {
                alarm.cancel()
                return alarm
            }
            if alarm.deadline < .max {
                schedule(alarm, at: alarm.deadline)
            }
        }
        return nil
    }

    /// An alarm in the heap was turned off. Entries can be minutes from their time: when most are off they are swept out, so that
    /// closed connections leave nothing behind.
    mutating func noteCancelled() {
        cancelled += 1
        if cancelled > Self.toleratedCancelled, cancelled > entries.count / 2 { sweep() }
    }

    /// An alarm that was off is on again.
    mutating func noteRevived() {
        cancelled -= 1
    }

    mutating func removeAll() {
        entries = []
    }

    private mutating func sweep() {
        entries.removeAll { entry in
            let isOvertaken = entry.alarm.scheduledAt != entry.time
            let isOff = entry.alarm.deadline == .max
            if isOff, !isOvertaken { entry.alarm.scheduledAt = .max }
            return isOff || isOvertaken
        }
        cancelled = 0
        for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private mutating func removeFirst() {
        let last = entries.removeLast()
        guard !entries.isEmpty else { return }
        entries[0] = last
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].time < entries[parent].time else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var child = 2 * parent + 1
            guard child < entries.count else { return }
            if child + 1 < entries.count, entries[child + 1].time < entries[child].time {
                child += 1
            }
            guard entries[child].time < entries[parent].time else { return }
            entries.swapAt(child, parent)
            parent = child
        }
    }
}
