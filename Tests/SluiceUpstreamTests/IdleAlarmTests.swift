import Glibc
import SluiceCore
import SluiceLoop
import SluiceUpstream
import SluiceWire
import Testing

/// Asks once when its alarm rings.
private final class Asking: AlarmHandler, ResponseReceiver {
    private let alarm: Alarm
    private let ask: (Asking) -> Void
    private let outcome: Noted<String>

    init(_ poller: Poller, after: UInt64, outcome: Noted<String>, _ ask: @escaping (Asking) -> Void)
    {
        self.ask = ask
        self.outcome = outcome
        alarm = Alarm(poller)
        alarm.handler = self
        alarm.set(after: after)
    }

    deinit { alarm.cancel() }

    func rang(_ alarm: Alarm) { ask(self) }
    func receive(_ head: consuming ResponseHead) -> ReceiveDecision { .more }
    func receive(_ bytes: Span<UInt8>) -> ReceiveDecision { .more }
    func receivedAll() -> ReceiveDecision { .more }
    func ended(_ error: ProxyError?) { outcome.set(error?.code ?? "answered") }
}

struct IdleAlarmTests {
    let bench = Bench()

    @Test func aConnectionTakenInTheTurnInWhichItsRestEndsIsUsed() async throws {
        let peer = Peer { connection in
            while true {
                _ = try connection.readRequest()
                try connection.answer("again")
            }
        }
        let provider = ConfiguredProvider.test { _, options in
            options.idleTimeout = .milliseconds(100)
        }
        let request = try UpstreamRequest.test(peer.port)
        #expect(await bench.exchange(request, provider: provider).text == "again")
        let (outcome, statistics) = (Noted<String>(), bench.statistics)
        await bench.loop.run { poller in
            let transport = makeTransport(poller: poller, statistics: statistics)
            let asking = Asking(poller, after: 1_000_000, outcome: outcome) { asking in
                _ = transport.start(
                    request, rest: nil, provider: provider, deadline: nil, receiver: asking)
            }
            poller.settle(asking)
            // Both alarms are due when the loop looks again.
            usleep(150_000)
        }
        #expect(await outcome.value() == "answered")
        #expect(bench.statistics.reused == 1)
    }
}
