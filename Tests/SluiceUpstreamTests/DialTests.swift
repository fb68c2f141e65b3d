import SluiceCore
import SluiceLoop
import Testing

@testable import SluiceUpstream

struct DialTests {
    /// Dials again when a dial has failed, as the next request of a client does.
    private final class Persistent: DialObserver {
        private let dialer: Dialer
        private let key: OriginKey
        private let deepest: Noted<Int>
        private var begun = 0
        private var failed = 0
        private var depth = 0
        private var reached = 0

        static let atOnce = 100
        static let inAll = 200

        init(_ dialer: Dialer, _ key: OriginKey, deepest: Noted<Int>) {
            self.dialer = dialer
            self.key = key
            self.deepest = deepest
        }

        func dial() {
            begun += 1
            _ = dialer.dial(key, timeout: 20_000_000, observer: self)
        }

        func dialled(_ result: Result<Link, DialFailure>) {
            failed += 1
            depth += 1
            reached = max(reached, depth)
            if begun < Self.inAll { dial() }
            depth -= 1
            if failed == Self.inAll { deepest.set(reached) }
        }
    }

    @Test(.timeLimit(.minutes(1))) func dialsThatFailTogetherDoNotPileUp() async {
        let loop = Loop.start(name: "test")
        defer { loop.stop() }
        let deepest = Noted<Int>()
        let peer = HangingPeer()
        await loop.run { poller in
            let key = OriginKey(
                scheme: .http, host: "127.0.0.1", port: peer.port,
                options: UpstreamConnectionOptions())
            let persistent = Persistent(Dialer(poller), key, deepest: deepest)
            for _ in 0..<Persistent.atOnce { persistent.dial() }
        }
        #expect(await deepest.value() == 1)
    }
}
