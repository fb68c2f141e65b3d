import Foundation
import Glibc
import SluiceTelemetry
import Testing

@Suite struct LogSinkTests {
    private static let patience = Duration.seconds(20)

    @Test func linesArriveInOrder() throws {
        let pipe = try LogPipe()
        let sink = LogSink(descriptor: pipe.writer)
        for number in 0..<100 { sink.append(Array("line \(number)".utf8)) }
        #expect(pipe.lines { $0.count == 100 } == (0..<100).map { "line \($0)" })
        #expect(sink.flush(timeout: Self.patience))
        #expect(sink.droppedLines == 0)
    }

    @Test func theKernelKnowsTheThreadsName() throws {
        let pipe = try LogPipe()
        let sink = LogSink(descriptor: pipe.writer)
        sink.append([])
        #expect(sink.flush(timeout: Self.patience))
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
        let names = threads.compactMap {
            try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
        }
        #expect(names.contains("sluice-log\n"))
    }

    @Test func linesOfManyThreadsStayWhole() async throws {
        let pipe = try LogPipe()
        let sink = LogSink(descriptor: pipe.writer, capacity: 64 << 20)
        let padding = String(repeating: "x", count: 100)
        async let written: Void = withTaskGroup { group in
            for task in 0..<4 {
                group.addTask {
                    for number in 0..<2_000 {
                        sink.append(Array("\(task) \(number) \(padding)".utf8))
                    }
                }
            }
        }
        let lines = await Task.detached { pipe.lines { $0.count >= 8_000 } }.value
        await written
        let expected = (0..<4).flatMap { task in (0..<2_000).map { "\(task) \($0) \(padding)" } }
        #expect(lines.sorted() == expected.sorted())
    }

    @Test(arguments: [false, true])
    func aBlockedPipeCostsLinesButNoTimeAndIsReportedAfterwards(_ nonBlocking: Bool) throws {
        let pipe = try LogPipe(nonBlocking: nonBlocking)
        pipe.fill()
        let sink = LogSink(descriptor: pipe.writer, format: .json, capacity: 100_000)
        let line = String(repeating: "y", count: 99)
        for _ in 0..<10_000 { sink.append(Array(line.utf8)) }
        #expect(!sink.flush(timeout: .milliseconds(1)))
        let dropped = sink.droppedLines
        #expect(dropped == 9_000)
        // The note stands behind the batch that was being written, the rest of the queue behind the note.
        let lines = pipe.lines { $0.count == 10_000 - dropped + 1 }
        let notes = lines.filter { $0 != line }
        #expect(notes.count == 1)
        #expect(notes.first?.hasSuffix(#""message":"log lines were lost","count":9000}"#) == true)
    }

    @Test func aClosedPipeDoesNotEndTheProcess() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let sink = LogSink(descriptor: ends[1])
        for number in 1...3 {
            sink.append([0x61])
            #expect(sink.flush(timeout: Self.patience))
            #expect(sink.droppedLines == number)
        }
    }

    @Test func aFullDiskCostsLines() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        let sink = LogSink(descriptor: full)
        sink.append([0x61])
        sink.append([0x62])
        #expect(sink.flush(timeout: Self.patience))
        #expect(sink.droppedLines == 2)
    }

    @Test func aLineLargerThanTheQueueIsDropped() throws {
        let pipe = try LogPipe()
        let sink = LogSink(descriptor: pipe.writer, capacity: 10)
        sink.append(Array("0123456789".utf8))
        sink.append(Array("012345678".utf8))
        #expect(pipe.lines { $0.count == 2 }.first == "012345678")
        #expect(sink.droppedLines == 1)
    }

    @Test func flushingAnIdleSinkReturnsAtOnce() throws {
        let pipe = try LogPipe()
        #expect(LogSink(descriptor: pipe.writer).flush(timeout: .zero))
    }

    @Test func theThreadEndsWithTheSinkAndWritesTheRest() throws {
        let pipe = try LogPipe()
        do {
            let sink = LogSink(descriptor: pipe.writer)
            sink.append(Array("last words".utf8))
        }
        #expect(pipe.lines { $0.count == 1 } == ["last words"])
    }
}
