import Dispatch
import Glibc
import SluiceLoop
import SluiceTestSupport
import SluiceTesting
import Synchronization
import Testing

@testable import SluiceServer

/// One turn of a loop asks several times what is ready where much is. What is bounded by a turn stays bounded by it.
struct TurnTests {
    /// How much was done within one turn at most, and in all.
    private final class Most: Sendable {
        private let state = Mutex((turn: UInt64(0), first: 0, most: 0, last: 0))
        var perTurn: Int { state.withLock { $0.most } }
        var inAll: Int { state.withLock { $0.last } }

        func note(_ count: Int, turn: UInt64) {
            state.withLock { state in
                if state.turn != turn { (state.turn, state.first) = (turn, count) }
                state.most = max(state.most, count - state.first)
                state.last = count
            }
        }
    }

    /// Pipes that are always ready, so that turns are as long as they can be.
    private final class Restless: ReadinessHandler {
        private let poller: Poller
        private let count: () -> Int
        private let most: Most
        private let enough: Int
        private var watches: [(Poller.Watch, Int32, Int32)] = []

        init(_ poller: Poller, _ most: Most, until enough: Int, _ count: @escaping () -> Int) {
            (self.poller, self.most, self.enough, self.count) = (poller, most, enough, count)
            for _ in 0..<6 {
                var ends: [Int32] = [0, 0]
                guard pipe(&ends) == 0, write(ends[1], "x", 1) == 1,
                    let watch = poller.watch(ends[0], for: .readable, handler: self)
                else { continue }
                watches.append((watch, ends[0], ends[1]))
            }
        }

        func ready(_ readiness: Readiness) {
            most.note(count(), turn: poller.turnNumber)
            guard most.inAll >= enough else { return }
            for (watch, reading, writing) in watches {
                poller.unwatch(watch, of: reading)
                close(reading)
                close(writing)
            }
            watches = []
        }
    }

    @Test func connectionsOfOneTurnAreBounded() async throws {
        try await TestServer.run { server in
            let (port, loop, most) = (server.port, server.loops[0], Most())
            let (busy, enough) = (Flag(), DispatchSemaphore(value: 0))
            let blocked = Task {
                await loop.run { poller in
                    busy.set()
                    enough.wait()
                    poller.settle(Restless(poller, most, until: 64) { server.connections })
                }
            }
            try await eventually("the loop's being busy") { busy.isSet }
            try await offPool {
                let clients = try (0..<64).map { _ in try RawClient(port: port) }
                enough.signal()
                try blocking("the connections") { most.inAll == 64 }
                withExtendedLifetime(clients) {}
            }
            await blocked.value
            #expect(most.perTurn <= 8)
        }
    }

    @Test(.enabled(if: CertificateFolder.isPossible, "needs openssl"))
    func handshakesOfOneTurnAreBounded() async throws {
        let folder = try CertificateFolder()
        try folder.make("server", for: "DNS:localhost", key: .large)
        let settings = try folder.settings("server")
        try await TestServer.run(settings, addresses: securely) { server in
            let (port, loop, most) = (server.port, server.loops[0], Most())
            let hello = try TLSLayer.hello()
            let clients = try await offPool {
                Carried(try (0..<40).map { _ in try RawClient(port: port) })
            }
            try await eventually("the connections") { server.connections == 40 }
            await loop.run { poller in
                var silent = clients.value[...]
                poller.settle(
                    Restless(poller, most, until: 40) {
                        let answered = clients.value.count {
                            (try? $0.hasInput(within: 0)) == true
                        }
                        // Nobody waits, so that the next look of this turn may find one more at work.
                        if answered == clients.value.count - silent.count {
                            try? silent.popFirst()?.send(hello)
                        }
                        return answered
                    })
            }
            try await eventually("the answers") { most.inAll == 40 }
            #expect(server.server.handshakes.failed == 0)
            // A step with this key takes longer than a turn's time for all of them.
            #expect(most.perTurn <= 2)
        }
    }
}
