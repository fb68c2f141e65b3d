internal import SluiceCore
internal import SluiceLoop
internal import SluiceServer
internal import SluiceUpstream
internal import Synchronization

/// What is on its way to a loop.
private struct Starts {
    var areRefused = false
    var count = 0
    var onceNone: [CheckedContinuation<Void, Never>] = []
}

/// Gives each loop its services, and exchanges without a socket a loop.
final class LoopHost: ExchangeHost {
    private let loops: [Loop]
    private let statistics: UpstreamStatistics
    private let next = Atomic<Int>(0)
    private let starts = Mutex(Starts())

    init(_ loops: [Loop], statistics: UpstreamStatistics) {
        self.loops = loops
        self.statistics = statistics
    }

    /// What a loop offers; made at the first call on that loop.
    @Sendable func services(_ poller: Poller) -> LoopServices {
        if let made = poller.resident(LoopServices.self) { return made }
        let transport = makeTransport(poller: poller, statistics: statistics)
        let services = LoopServices(
            transport: transport, clock: PollerClock(poller),
            fetcher: UpstreamFetcher(loop: poller.loop, statistics: statistics),
            spawn: { [unowned poller] work in poller.spawn(work) })
        poller.settle(services)
        return services
    }

    func start(_ body: @escaping @Sendable (LoopServices) -> Void) {
        let mayStart = starts.withLock { starts in
            if !starts.areRefused { starts.count += 1 }
            return !starts.areRefused
        }
        guard mayStart else { return }
        let (_, turn) = next.add(1, ordering: .relaxed)
        let loop = loops[turn % loops.count]
        Task {
            await loop.run { poller in body(self.services(poller)) }
            noteStarted()
        }
    }

    private func noteStarted() {
        let waiting = starts.withLock { starts in
            starts.count -= 1
            guard starts.count == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { starts.onceNone = [] }
            return starts.onceNone
        }
        for continuation in waiting { continuation.resume() }
    }

    // MARK: Draining

    /// Starts nothing more, lets exchanges without a socket finish, and interrupts what is left after `limit`.
    ///
    /// - Returns: how many exchanges had to be interrupted.
    func drain(within limit: Duration, telling error: ProxyError) async -> Int {
        starts.withLock { $0.areRefused = true }
        // On a loop that stands still what is on its way would never begin, nor end.
        await waitForStarts()
        let drain = Drain(
            finish: finishAll, interrupt: { await self.interruptAll(error) }, abandon: abandonAll)
        return await drain.run(within: limit)
    }

    private func waitForStarts() async {
        await withCheckedContinuation { continuation in
            let areThere = starts.withLock { starts in
                if starts.count > 0 { starts.onceNone.append(continuation) }
                return starts.count == 0
            }
            if areThere { continuation.resume() }
        }
    }

    private func finishAll() async {
        for loop in loops {
            await loop.perform { await self.services($0).hosted.waitUntilEmpty() }
        }
    }

    private func interruptAll(_ error: ProxyError) async -> Int {
        var count = 0
        for loop in loops {
            count += await loop.run { self.services($0).hosted.interruptAll(error) }
        }
        return count
    }

    private func abandonAll() async {
        for loop in loops {
            await loop.run { self.services($0).hosted.abandonAll() }
        }
    }
}

/// A loop's time as the core sees it.
private final class PollerClock: ExchangeClock {
    private let poller: Poller

    init(_ poller: Poller) {
        self.poller = poller
    }

    var now: UInt64 { poller.now }
    var precise: UInt64 { poller.precise }
}
