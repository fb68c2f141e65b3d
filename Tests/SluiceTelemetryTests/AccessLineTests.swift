import Foundation
import SluiceCore
import Testing

@testable import SluiceTelemetry

/// Lines are put together in one way for nearly all records and in another for the rest: both must say the same.
@Suite struct AccessLineTests {
    private static let time = Timestamp.Time(second: 1_767_225_600, millisecond: 250)

    private func general(_ record: AccessRecord, _ format: LogFormat) -> String {
        text(
            format.line(
                time: "2026-01-01T00:00:00.250Z", level: "info", message: "access",
                AccessContent(record: record)))
    }

    static let records: [AccessRecord] = {
        var records = [AccessRecord.stream]
        func add(_ change: (inout AccessRecord) -> Void) {
            var record = AccessRecord.stream
            change(&record)
            records.append(record)
        }
        add { $0.model = nil }
        add { $0.provider = nil }
        add { $0.usage = nil }
        add { $0.usageSource = nil }
        add { $0.usageSource = .counted }
        add { $0.usageSource = .estimated }
        for cost in [0, 0.000_000_001, 0.000_123_45, 1.5, 1_000_000, -2.25, 9e9] {
            add { $0.cost = cost }
        }
        add { $0.timeToFirstByte = nil }
        add { $0.isStreaming = false }
        add { $0.model = "with \"quotes\"\nand a line" }
        add { $0.model = "żółw" }
        add { $0.id = "i\\d" }
        add { $0.client = "c\u{1}" }
        add { $0.clientName = "team-blue" }
        add { $0.clientName = "a client with a name that is longer than any other of these" }
        add { $0.clientName = "\"b\"" }
        add { $0.tls = ClientTLS(version: "1.3", subject: nil) }
        add { $0.tls = ClientTLS(version: "1.2", subject: "") }
        add {
            $0.tls = ClientTLS(
                version: "1.3", subject: String(repeating: "CN=team-blue,", count: 39))
        }
        add { $0.tls = ClientTLS(version: "1.3", subject: "CN=a\\,b,O=\"c\"") }
        add {
            $0.clientName = "team-blue"
            $0.tls = ClientTLS(version: "1.3", subject: "CN=team-blue,O=Example")
        }
        add { $0.errorCode = "stream_cut" }
        add { $0.errorDetail = "broke\n\"here\"" }
        add { $0.status = 0 }
        add { $0.status = 599 }
        for number in [0, 9, 10, 99, 100, 999, 1_000, 99_999_999, 100_000_000, Int.max] {
            add {
                $0.bytesIn = UInt64(number)
                $0.duration = UInt64(number) * 2
                $0.usage = TokenUsage(
                    promptTokens: number, completionTokens: -number, cachedTokens: number / 2)
                $0.attempts = number
            }
        }
        add {
            ($0.bytesIn, $0.bytesOut, $0.duration) = (.max, .max, .max)
            ($0.timeToFirstByte, $0.events, $0.attempts) = (.max, .min, .min)
            $0.usage = TokenUsage(
                promptTokens: .min, completionTokens: .min, cachedTokens: .min,
                reasoningTokens: .min)
        }
        return records
    }()

    @Test(arguments: LogFormat.allCases)
    func everyRecordHasTheLineThatItsFieldsSay(_ format: LogFormat) {
        var lines = AccessLines()
        // Twice, so that all are asked for again after they have pushed each other out.
        for record in Self.records + Self.records {
            var bytes = Array("before".utf8)
            lines.append(record, at: Self.time, format, to: &bytes)
            #expect(text(bytes) == "before" + general(record, format))
        }
    }

    @Test func aSecondRequestOfItsKindHasItsOwnNumbers() {
        var lines = AccessLines()
        for number in 0..<3 {
            var record = AccessRecord.stream
            record.id = "r\(number)"
            record.bytesOut = UInt64(number)
            var bytes: [UInt8] = []
            lines.append(record, at: Self.time, .json, to: &bytes)
            #expect(text(bytes) == general(record, .json))
        }
    }

    @Test func aLineThatDoesNotFitIsLostWhole() {
        let queue = LogQueue(capacity: 500)
        var record = AccessRecord.stream
        queue.append(record, at: Self.time, .json)
        queue.append(record, at: Self.time, .json)
        record.model = String(repeating: "m", count: 1_000)
        queue.append(record, at: Self.time, .json)
        var batch = LogQueue.Batch()
        queue.next(into: &batch)
        #expect(text(batch.bytes) == general(.stream, .json) + "\n")
        #expect(batch.lines == 1)
        #expect(queue.dropped == 2)
    }

    @Test func linesOfManyThreadsStayWhole() async throws {
        let queue = LogQueue(capacity: 1 << 20)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<100 {
                        var record = AccessRecord.stream
                        record.id = "r\(task)-\(number)"
                        record.model = "m\(number % 12)"
                        queue.append(record, at: .now, .json)
                    }
                }
            }
        }
        var batch = LogQueue.Batch()
        queue.next(into: &batch)
        let lines = text(batch.bytes).split(separator: "\n")
        #expect(lines.count == 800)
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let id = try #require(object?["id"] as? String)
            let number = try #require(Int(id.split(separator: "-")[1]))
            #expect(object?["model"] as? String == "m\(number % 12)")
        }
    }
}
