import Synchronization
import Testing

@testable import SluiceTelemetry

/// A disk that takes as many bytes as it is given room for.
private final class Disk: Sendable {
    private let state = Mutex((written: [UInt8](), room: 0))

    var written: String { state.withLock { text($0.written) } }

    func makeRoom(_ bytes: Int) {
        state.withLock { $0.room = bytes }
    }

    func put(_ bytes: [UInt8], _ start: Int) -> Int {
        state.withLock { state in
            let count = min(state.room, bytes.count - start)
            state.written += bytes[start..<(start + count)]
            state.room -= count
            return count
        }
    }
}

@Suite struct LogWriterTests {
    private let queue = LogQueue(capacity: 1_000)
    private let disk = Disk()

    private func makeWriter() -> LogWriter {
        LogWriter(queue: queue, note: { Array("lost \($0)".utf8) }, put: disk.put)
    }

    @Test func aLineThatWasCutDoesNotGrowIntoTheNext() {
        var writer = makeWriter()
        disk.makeRoom(6)
        writer.write(Array("one\ntwo\nthree\n".utf8), now: 0)
        #expect(queue.dropped == 2)
        writer.write(Array("four\n".utf8), now: 1)
        #expect(queue.dropped == 3)
        disk.makeRoom(100)
        writer.write(Array("five\n".utf8), now: 2)
        #expect(disk.written == "one\ntw\nfive\nlost 3\n")
    }

    @Test func lossIsReportedOnceInTenSeconds() {
        var writer = makeWriter()
        disk.makeRoom(1_000)
        queue.countDropped(2)
        writer.write(Array("a\n".utf8), now: 100)
        queue.countDropped(5)
        writer.write(Array("b\n".utf8), now: 109)
        queue.countDropped(1)
        writer.write(Array("c\n".utf8), now: 110)
        writer.write(Array("d\n".utf8), now: 130)
        #expect(disk.written == "a\nlost 2\nb\nc\nlost 6\nd\n")
    }

    @Test func aNoteThatCannotBeWrittenComesLater() {
        var writer = makeWriter()
        queue.countDropped(2)
        disk.makeRoom(4)
        writer.write(Array("a\n".utf8), now: 100)
        #expect(disk.written == "a\nlo")
        disk.makeRoom(100)
        writer.write(Array("b\n".utf8), now: 100)
        // The note itself was lost as well and counts as a line.
        #expect(disk.written == "a\nlo\nb\nlost 3\n")
    }
}
