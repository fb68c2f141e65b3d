internal import SluiceCore
internal import SluiceLoop
internal import SluiceUpstream
internal import Synchronization

/// Gives each loop its services, and exchanges without a socket a loop.
final class LoopHost: ExchangeHost {
    private let loops: [Loop]
    private let statistics: UpstreamStatistics
    private let next = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)

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

    /// Starts nothing more: on a loop that stands still it would never end.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
    }

    func start(_ body: @escaping @Sendable (LoopServices) -> Void) {
        if isStopped.load(ordering: .relaxed) { return }
        let (_, turn) = next.add(1, ordering: .relaxed)
        let loop = loops[turn % loops.count]
        Task {
            await loop.run { poller in body(self.services(poller)) }
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
