import Logging
import SluiceLoop
import SluiceProviders
import SluiceTesting
import SluiceWire
import Synchronization
import Testing

@testable import SluiceCore

/// Runs exchanges on a loop of their own; each upstream is made where it is used.
private final class TestHost: ExchangeHost {
    let makeTransport: @Sendable () -> any Transport
    private let loop = Loop.start(name: "test")

    init(_ makeTransport: @escaping @Sendable () -> any Transport) {
        self.makeTransport = makeTransport
    }

    deinit {
        loop.stop()
    }

    func start(_ body: @escaping @Sendable (LoopServices) -> Void) {
        let make = makeTransport
        Task {
            await loop.run { poller in
                body(
                    LoopServices(
                        transport: make(), clock: ManualClock(), fetcher: NoFetcher(),
                        spawn: { [unowned poller] in Spawned(poller.spawn($0)) }))
            }
        }
    }
}

private final class Spawned: SpawnedWork {
    private let task: LoopTask

    init(_ task: LoopTask) {
        self.task = task
    }

    func cancel() {
        task.cancel()
    }
}

struct InProcessTests {
    let sink = RecordingSink()

    private func pipeline(
        hasHost: Bool = true, _ answer: @escaping @Sendable () -> any Transport
    ) -> Pipeline {
        Pipeline(
            parsers: [OpenAIRequestParser()],
            routes: Routes(providers: [.scripted()], defaultProvider: nil), records: sink,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            host: hasHost ? TestHost(answer) : nil)
    }

    @Test func anAnswerArrivesWithItsHead() async throws {
        let answer = try await pipeline { ScriptedTransport(#"{"id":1}"#) }
            .execute(Array(plain.utf8))
        #expect(answer.status == 200)
        #expect(answer.head.headers[.contentType] == "application/json")
        #expect(try await answer.body.collect() == Array(#"{"id":1}"#.utf8))
    }

    @Test func anErrorAnswerIsAnAnswer() async throws {
        let answer = try await pipeline { ScriptedTransport("") }.execute(Array("{".utf8))
        #expect(answer.status == 400)
        #expect(try await answer.body.collect().isEmpty == false)
    }

    @Test func aCutDocumentThrowsBehindItsHead() async throws {
        let head = ResponseHead.of(200, "application/octet-stream")
        let answer = try await pipeline {
            ScriptedTransport([[.head(head), .bytes([1, 2]), .fail(.connectionLost("test"))]])
        }.execute([], path: "/v1/files", headers: HeaderFields())
        await #expect(throws: ProxyError.self) { try await answer.body.collect() }
    }

    @Test func withoutAHostNothingRuns() async {
        let pipeline = pipeline(hasHost: false) { ScriptedTransport("") }
        await #expect(throws: PipelineUnavailable.self) { try await pipeline.execute([]) }
    }

    @Test func aReaderThatIsSlowHoldsTheUpstreamBack() async throws {
        let pieces = 64
        let read = Atomic<Int>(0)
        let head = ResponseHead.of(200, "application/octet-stream")
        let answer = try await pipeline {
            CountingTransport(head: head, pieces: pieces, size: 64 << 10) {
                read.add(1, ordering: .relaxed)
            }
        }.execute([], path: "/v1/files")
        // The mark of 256 KiB is passed by the fifth piece, and nothing more is read until somebody takes some.
        try await eventually { read.load(ordering: .relaxed) == 5 }
        for _ in 0..<100 { await Task.yield() }
        #expect(read.load(ordering: .relaxed) == 5)
        #expect(try await answer.body.collect().count == pieces * (64 << 10))
        #expect(read.load(ordering: .relaxed) == pieces)
    }

    @Test func droppingAnAnswerEndsItsExchange() async throws {
        let head = ResponseHead.of(200, "application/octet-stream")
        var answer: PipelineAnswer? = try await pipeline {
            CountingTransport(head: head, pieces: 1000, size: 64 << 10) {}
        }.execute([], path: "/v1/files")
        #expect(answer?.status == 200)
        answer = nil
        try await eventually { sink.records.count == 1 }
        #expect(sink.records[0].outcome == "client_gone")
    }
}

struct AnswerChannelTests {
    @Test func piecesAreJoinedWhileNobodyReads() async throws {
        let channel = AnswerChannel()
        channel.put([1])
        channel.put([2, 3])
        #expect(try await channel.next() == [1, 2, 3])
        channel.finish(whole: true)
        #expect(try await channel.next() == nil)
    }

    @Test func thereIsRoomUpToTheMark() async throws {
        let channel = AnswerChannel()
        channel.put([UInt8](repeating: 0, count: AnswerChannel.highWaterMark))
        #expect(channel.hasRoom)
        channel.put([0])
        #expect(!channel.hasRoom)
        async let room: Void = channel.waitForRoom()
        #expect(try await channel.next()?.count == AnswerChannel.highWaterMark + 1)
        await room
        #expect(channel.hasRoom)
    }

    @Test func aCutThrowsBehindTheLastBytes() async throws {
        let channel = AnswerChannel()
        channel.put([1])
        channel.finish(whole: false)
        #expect(try await channel.next() == [1])
        await #expect(throws: ProxyError.self) { try await channel.next() }
    }

    @Test func anEndWithoutAHeadThrows() async {
        let channel = AnswerChannel()
        channel.finish(whole: false)
        await #expect(throws: CancellationError.self) { try await channel.head() }
    }

    @Test(.timeLimit(.minutes(1))) func aReaderWhoseTaskIsCancelledLeaves() async {
        let (waiting, reading) = (AnswerChannel(), AnswerChannel())
        let head = Task { try await waiting.head() }
        let bytes = Task { try await reading.next() }
        head.cancel()
        bytes.cancel()
        await #expect(throws: CancellationError.self) { try await head.value }
        await #expect(throws: CancellationError.self) { try await bytes.value }
        #expect(waiting.isReaderGone)
        #expect(reading.isReaderGone)
    }

    @Test func aReaderThatLeavesIsHeard() async {
        let channel = AnswerChannel()
        channel.put([UInt8](repeating: 0, count: AnswerChannel.highWaterMark + 1))
        async let gone: Void = channel.waitForReaderGone()
        async let room: Void = channel.waitForRoom()
        channel.leave()
        _ = await (gone, room)
        #expect(channel.isReaderGone)
    }
}

/// Sends pieces of zeros and counts them.
private final class CountingTransport: Transport {
    let head: ResponseHead
    let pieces: Int
    let size: Int
    let onPiece: () -> Void

    init(head: ResponseHead, pieces: Int, size: Int, onPiece: @escaping () -> Void) {
        self.head = head
        self.pieces = pieces
        self.size = size
        self.onPiece = onPiece
    }

    func start(
        _ request: UpstreamRequest, rest: (any IncomingBody)?, provider: ConfiguredProvider,
        deadline: UInt64?, receiver: any ResponseReceiver
    ) -> any UpstreamExchange {
        let exchange = CountingExchange(self, receiver)
        if receiver.receive(head) == .more { exchange.resume() }
        return exchange
    }
}

private final class CountingExchange: UpstreamExchange {
    private let transport: CountingTransport
    private var receiver: (any ResponseReceiver)?
    private var left: Int

    init(_ transport: CountingTransport, _ receiver: any ResponseReceiver) {
        self.transport = transport
        self.receiver = receiver
        left = transport.pieces
    }

    func resume() {
        let piece = [UInt8](repeating: 0, count: transport.size)
        while let receiver, left > 0 {
            left -= 1
            transport.onPiece()
            _ = receiver.receive(piece.span)
            switch receiver.receivedAll() {
            case .more: continue
            case .stop: left = 0
            case .wait: return
            }
        }
        report(nil)
    }

    func end(_ error: ProxyError) {
        report(error)
    }

    private func report(_ error: ProxyError?) {
        let receiver = self.receiver
        self.receiver = nil
        receiver?.ended(error)
    }
}

/// Looks again until a condition holds, for ten seconds at most.
func eventually(_ condition: () -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(10))
    while !condition() {
        try #require(ContinuousClock.now < deadline, "the condition did not come true")
        await Task.yield()
    }
}
