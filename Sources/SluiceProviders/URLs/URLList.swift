internal import SluiceCore
internal import Synchronization

/// Several addresses of one service, each attempt at the next. One that could not be connected to is left out for a while.
final class URLList: URLProvider {
    typealias Clock = @Sendable () -> ContinuousClock.Instant

    /// How long an address is left out, as long as there are others.
    static let pause = Duration.seconds(5)

    private struct State {
        var next = 0
        /// Until when each address is left out.
        var pausedUntil: [UpstreamURL: ContinuousClock.Instant] = [:]
    }

    private let urls: [UpstreamURL]
    private let state = Mutex(State())
    private let now: Clock

    /// - Parameter urls: at least one.
    init(_ urls: [UpstreamURL], now: @escaping Clock = { .now }) {
        precondition(!urls.isEmpty, "a list of addresses has at least one")
        self.urls = urls
        self.now = now
    }

    var count: Int { urls.count }

    nonisolated(nonsending) func url(
        for request: ProxyRequest, attempt: Int, context: ExchangeContext
    ) async throws -> UpstreamURL { next() }

    func report(_ url: UpstreamURL, error: ProxyError?) {
        // Only a failure to connect allows another try, so only that says something about the address.
        let hasFailed = error?.retry == .elsewhere
        let until = now().advanced(by: Self.pause)
        state.withLock { state in
            if hasFailed {
                state.pausedUntil[url] = until
            } else if !state.pausedUntil.isEmpty {
                state.pausedUntil[url] = nil
            }
        }
    }

    private func next() -> UpstreamURL {
        let now = now()
        return state.withLock { state in
            let start = state.next
            let order = urls.indices.map { (start + $0) % urls.count }
            let position =
                order.first { state.pausedUntil[urls[$0]].map { $0 <= now } ?? true }
                // All are paused: the one whose pause ends first has been left alone longest.
                ?? order.min { pause(state, $0, now) < pause(state, $1, now) } ?? start
            state.next = (position + 1) % urls.count
            return urls[position]
        }
    }

    private func pause(
        _ state: State, _ index: Int, _ now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant {
        state.pausedUntil[urls[index]] ?? now
    }
}
