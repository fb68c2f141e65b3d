import SluiceCore
import Testing

@testable import SluiceTelemetry

extension AccessRecord {
    /// A stream that went well.
    static var stream: AccessRecord {
        var record = AccessRecord(
            id: "r1", client: "10.0.0.7", method: "POST", route: "/v1/chat/completions")
        record.operation = "chat"
        record.model = "gpt-4.1"
        record.provider = "openai"
        record.status = 200
        record.outcome = "completed"
        record.isStreaming = true
        record.bytesIn = 580
        record.bytesOut = 20_000
        record.timeToFirstByte = 250_400_999
        record.duration = 2_250_400_999
        record.events = 101
        record.streamDuration = 2_000_000_000
        record.attempts = 1
        record.usage = TokenUsage(promptTokens: 12, completionTokens: 101, cachedTokens: 4)
        record.usageSource = .provider
        return record
    }
}

@Suite struct AccessLogTests {
    private func line(_ record: AccessRecord, _ format: LogFormat) -> String {
        text(
            format.line(time: "T", level: "info", message: "access", AccessContent(record: record)))
    }

    @Test func aStreamHasAllItsFields() {
        #expect(
            line(.stream, .json)
                == #"{"time":"T","level":"info","message":"access","id":"r1","client":"10.0.0.7","method":"POST","route":"/v1/chat/completions","model":"gpt-4.1","provider":"openai","status":200,"outcome":"completed","bytes_in":580,"bytes_out":20000,"ttfb_ms":250.400,"duration_ms":2250.400,"events":101,"prompt_tokens":12,"completion_tokens":101,"cached_tokens":4,"reasoning_tokens":0,"usage_source":"provider","attempts":1}"#
        )
    }

    @Test func whatIsNotKnownIsLeftOut() {
        var record = AccessRecord(id: "r2", client: "unix", method: "GET", route: "unknown")
        record.status = 404
        record.outcome = "refused"
        record.errorCode = "model_not_found"
        record.errorDetail = "no route"
        record.model = "a model\nwith = \"all\""
        #expect(
            line(record, .text)
                == #"T info access id=r2 client=unix method=GET route=unknown model="a model\nwith = \"all\"" status=404 outcome=refused error_code=model_not_found error_detail="no route" bytes_in=0 bytes_out=0 duration_ms=0.000 attempts=0"#
        )
    }

    @Test(arguments: [
        (0, "0.000"), (999, "0.000"), (1_000, "0.001"), (12_345_678, "12.345"),
        (100_000, "0.100"), (UInt64.max, "18446744073709.551"),
    ])
    func aTimeIsShownInMilliseconds(_ nanoseconds: UInt64, _ expected: String) {
        var bytes: [UInt8] = []
        bytes.append(milliseconds: nanoseconds)
        #expect(text(bytes) == expected)
    }

    @Test(arguments: [
        0, 7, -7, 99_999_999, 100_000_000, 100_000_001, 10_000_000_000_000_000, Int.min, Int.max,
    ])
    func aNumberIsShownInDecimal(_ number: Int) {
        var bytes: [UInt8] = []
        bytes.append(decimal: number)
        #expect(text(bytes) == String(number))
    }

    @Test func finishedRequestsReachTheSink() throws {
        let pipe = try LogPipe()
        let sinks = RecordSinks([AccessLog(sink: LogSink(descriptor: pipe.writer), format: .text)])
        sinks.started()
        sinks.finished(.stream)
        #expect(pipe.lines { $0.count == 1 }.first?.contains(" access id=r1 ") == true)
    }
}
