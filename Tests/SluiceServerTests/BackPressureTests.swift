import CSluiceLinux
import Glibc
import SluiceCore
import SluiceTestSupport
import SluiceTesting
import Synchronization
import Testing

@testable import SluiceLoop
@testable import SluiceServer

struct BackPressureTests {
    @Test func aSlowReaderHoldsItsUpstreamAndGetsEverything() async throws {
        var settings = ServerSettings()
        settings.highWaterMark = 64 << 10
        let count = 1000
        try await TestServer.run(settings) { server in
            let (port, plays) = (server.port, server.plays)
            try await offPool {
                let client = try RawClient(port: port, receiveBuffer: 4096)
                try client.send(chat("flood-\(count)", stream: true))
                try blocking("the wait") { plays.state.waits == 1 }
                let held = plays.state.bytes
                // What is under way: the mark, one event above it, and what the kernel's buffers take.
                #expect(held < 8 << 20)
                // Other clients are not affected.
                let other = try RawClient(port: port)
                for _ in 0..<10 {
                    try other.send(health)
                    #expect(try other.response().status == 200)
                }
                #expect(plays.state.bytes == held)
                let answer = try client.response()
                #expect(
                    answer.body.count
                        == count * PlayTransport.flood.count + PlayTransport.end.utf8.count)
                #expect(answer.text.hasSuffix(PlayTransport.end))
                #expect(plays.state.resumed > 0)
            }
            let records = try await server.records(1)
            #expect(records[0].outcome == "completed")
        }
    }

    @Test func whatEndsWhileItsClientIsSlowHoldsNothing() async throws {
        var settings = ServerSettings()
        settings.highWaterMark = 64 << 10
        let watch = Watch()
        try await TestServer.run(settings, processors: [watch]) { server in
            let (port, plays, server) = (server.port, server.plays, server.server)
            try await offPool {
                let client = try RawClient(port: port, receiveBuffer: 4096)
                try client.send(chat("flood-1000", stream: true) + chat("flood-10", stream: true))
                try blocking("the wait") { plays.state.waits == 1 }
                #expect(watch.stages == 1)
                Task { await server.interruptAll() }
                try blocking("the end of the stage") { watch.stages == 0 }
                // The client comes to all of it: the rest of the first answer, its error, and the second answer.
                #expect(try client.response().text.contains("proxy_shutting_down"))
                #expect(try client.response().text.hasSuffix(PlayTransport.end))
            }
        }
    }

    /// A reader that never empties the queue must not make it keep what it has sent.
    @Test func aQueueThatIsNeverEmptyStaysSmall() throws {
        var pair: [Int32] = [0, 0]
        #expect(
            socketpair(
                AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &pair)
                == 0)
        defer { for descriptor in pair { close(descriptor) } }
        let pool = BufferPool()
        var queue = OutputQueue()
        let piece = (0..<(64 << 10)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var (sent, received, wrong) = (0, 0, 0)
        var buffer = [UInt8](repeating: 0, count: 32 << 10)
        while sent < 64 << 20 {
            while queue.count <= 256 << 10 {
                _ = queue.send(piece, to: pair[0], pool: pool)
                sent += piece.count
            }
            let count = recv(pair[1], &buffer, buffer.count, 0)
            try #require(count > 0)
            for index in stride(from: 0, to: count, by: 997)
            where buffer[index] != piece[(received + index) % piece.count] { wrong += 1 }
            received += count
            _ = queue.flush(to: pair[0], pool: pool)
        }
        #expect(wrong == 0)
        #expect(queue.capacity < 1 << 20)
    }
}

/// Counts the stages that are alive.
private final class Watch: Processor {
    private let alive = Mutex(0)
    var stages: Int { alive.withLock { $0 } }

    private struct Stage: ResponseStage {
        let life: Life
        let interest = ResponseInterest.head
    }

    private final class Life: Sendable {
        let watch: Watch

        init(_ watch: Watch) {
            self.watch = watch
            watch.alive.withLock { $0 += 1 }
        }

        deinit { watch.alive.withLock { $0 -= 1 } }
    }

    func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)? { Stage(life: Life(self)) }
}
