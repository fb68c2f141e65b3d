internal import CSluiceLinux
internal import Glibc

/// The epoll set, the alarms and the clock of one loop.
///
/// A poller is not `Sendable`, and neither is what holds one: the compiler keeps all of it on the loop where it was
/// made, so nothing here needs a lock.
public final class Poller {
    /// Names a registered descriptor; a stale one is harmless.
    public struct Watch: Sendable, Equatable {
        let slot: UInt32
        let generation: UInt32

        fileprivate var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
    }

    private struct Slot {
        var handler: (any ReadinessHandler)?
        var generation: UInt32 = 1
    }

    /// The loop this poller belongs to.
    public unowned let loop: Loop
    /// Nanoseconds of CLOCK_MONOTONIC, read once a turn.
    public private(set) var now: UInt64 = sluice_monotonic()
    /// Counts the turns: ``now`` can move within one.
    public private(set) var turnNumber: UInt64 = 0
    /// This moment, by the same clock.
    public var precise: UInt64 { sluice_monotonic() }
    /// Read buffers for all connections of the loop: a waiting connection owns none.
    public let scratch = Scratch()
    public let buffers = BufferPool()
    var alarms = AlarmHeap()
    let tasks = LoopTasks()
    var residents: [ObjectIdentifier: AnyObject] = [:]

    private let descriptor: Int32
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var hasWorked = false
    private var turnEnds: [any TurnEndHandler] = []
    // Safety: owned by this object alone, used only inside `turn`, freed in `deinit`.
    private let events: UnsafeMutablePointer<epoll_event>
    /// More are for the next turn: what goes out waits for a turn's end.
    private static let batch = 64
    /// So many ready at once are a sign of load, under which it is worth asking again.
    private static let manyReady = 4
    /// Milliseconds without anything to do after which memory is given back: the allocator keeps what large bodies had, and looks at it
    /// again only when it is asked for more.
    private static let quietTime: Int32 = 1000
    private static let wakeToken = UInt64.max
    private static let farOff: UInt64 = 1_000_000_000

    init(loop: Loop, wakeDescriptor: Int32) {
        self.loop = loop
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(
            descriptor >= 0, "epoll_create1 failed: the process is out of descriptors at start")
        events = .allocate(capacity: Self.batch)
        _ = sluice_epoll_set(
            descriptor, Int32(EPOLL_CTL_ADD), wakeDescriptor, EPOLLIN.rawValue, Self.wakeToken)
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Keeps one object of a class on this loop, to be found again by ``resident(_:)``.
    public func settle<Resident: AnyObject>(_ resident: Resident) {
        residents[ObjectIdentifier(Resident.self)] = resident
    }

    public func resident<Resident: AnyObject>(_ type: Resident.Type) -> Resident? {
        residents[ObjectIdentifier(type)] as? Resident
    }

    /// Registers a descriptor; `handler` is kept until `unwatch`. Nil when the kernel refuses.
    public func watch(
        _ watched: Int32, for readiness: Readiness, handler: any ReadinessHandler
    ) -> Watch? {
        let index = freeSlots.popLast() ?? UInt32(slots.count)
        if index == slots.count { slots.append(Slot()) }
        slots[Int(index)].handler = handler
        let watch = Watch(slot: index, generation: slots[Int(index)].generation)
        let added = sluice_epoll_set(
            descriptor, Int32(EPOLL_CTL_ADD), watched, readiness.rawValue, watch.token)
        guard added == 0 else {
            release(watch)
            return nil
        }
        return watch
    }

    public func change(_ watch: Watch, of watched: Int32, to readiness: Readiness) {
        _ = sluice_epoll_set(
            descriptor, Int32(EPOLL_CTL_MOD), watched, readiness.rawValue, watch.token)
    }

    /// Forgets a descriptor that its owner is about to close: the kernel drops it from the set by itself.
    public func forget(_ watch: Watch) {
        release(watch)
    }

    /// Removes a descriptor that stays open.
    public func unwatch(_ watch: Watch, of watched: Int32) {
        _ = sluice_epoll_set(descriptor, Int32(EPOLL_CTL_DEL), watched, 0, 0)
        release(watch)
    }

    /// Has `handler` called once all that was ready in this turn was handled, and before the loop sleeps.
    ///
    /// What goes out is put off until then: the one at the other end is woken once for many messages, and the kernel's way of sending
    /// runs while it is in the caches.
    public func atEndOfTurn(_ handler: any TurnEndHandler) {
        turnEnds.append(handler)
    }

    /// - Returns: whether something was done, which may have brought about more work.
    func endTurn() -> Bool {
        guard !turnEnds.isEmpty else { return false }
        var next = 0
        while next < turnEnds.count {
            turnEnds[next].turnEnds()
            next += 1
        }
        turnEnds.removeAll(keepingCapacity: true)
        return true
    }

    private func release(_ watch: Watch) {
        let index = Int(watch.slot)
        guard slots[index].generation == watch.generation else { return }
        slots[index].handler = nil
        slots[index].generation &+= 1
        freeSlots.append(watch.slot)
    }

    /// Sleeps until something is ready or due, and says so to its handler. Returns whether the wake-up descriptor rang.
    ///
    /// Under load more becomes ready meanwhile, which still belongs to this turn, up to a limit: the more one turn brings, the fewer times
    /// those at the other ends are woken.
    func turn() -> Bool {
        turnNumber &+= 1
        var wasWoken = false
        let patience = timeout
        let mayRest = hasWorked && (patience < 0 || patience > Self.quietTime)
        var count = handleReady(atMost: Self.batch, mayRest ? Self.quietTime : patience, &wasWoken)
        if count > 0 {
            hasWorked = true
        } else if mayRest {
            hasWorked = false
            sluice_collect_memory()
        }
        var left = Self.batch - count
        while count >= Self.manyReady, left > 0 {
            count = handleReady(atMost: left, 0, &wasWoken)
            left -= count
        }
        while let alarm = alarms.popDue(at: now) {
            alarm.handler?.rang(alarm)
        }
        return wasWoken
    }

    /// - Returns: how many descriptors were ready.
    private func handleReady(atMost most: Int, _ timeout: Int32, _ wasWoken: inout Bool) -> Int {
        let count = max(0, epoll_wait(descriptor, events, Int32(most), timeout))
        now = sluice_monotonic()
        for index in 0..<count {
            let token = sluice_epoll_token(events, index)
            if token == Self.wakeToken {
                wasWoken = true
                continue
            }
            let slot = slots[Int(UInt32(truncatingIfNeeded: token))]
            guard slot.generation == UInt32(token >> 32) else { continue }
            slot.handler?.ready(Readiness(rawValue: sluice_epoll_events(events, index)))
        }
        return Int(count)
    }

    /// Milliseconds until the next alarm, rounded up so that it is due when the loop wakes; -1 for no alarm.
    private var timeout: Int32 {
        guard tasks.isEmpty else { return 0 }
        guard let earliest = alarms.earliest else { return -1 }
        // The clock is asked again only where it matters: an alarm that is far off is late by the time of this turn at most.
        let isFar = earliest > now &+ Self.farOff
        let current = isFar ? now : sluice_monotonic()
        guard earliest > current else { return 0 }
        return Int32(min((earliest - current + 999_999) / 1_000_000, 60_000))
    }
}
