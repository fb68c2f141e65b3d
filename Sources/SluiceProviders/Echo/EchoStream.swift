internal import Synchronization

/// Hands events out one by one as they are asked for, so that a slow client is never outrun and a gone one stops it.
enum EchoStream {
    static func pieces(
        of answer: some EchoAnswer, delay: Duration?
    ) -> AsyncThrowingStream<[UInt8], any Error> {
        let position = Position()
        return AsyncThrowingStream {
            let index = position.next()
            guard index < answer.eventCount else { return nil }
            let event = answer.event(index)
            if let delay, event.isToken { try await Task.sleep(for: delay) }
            return event.bytes
        }
    }

    private final class Position: Sendable {
        private let index = Atomic(0)

        func next() -> Int { index.add(1, ordering: .relaxed).oldValue }
    }
}
