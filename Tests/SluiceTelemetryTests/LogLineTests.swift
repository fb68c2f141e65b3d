import Foundation
import Logging
import Testing

@testable import SluiceTelemetry

private struct Fields: LogContent {
    var pairs: [(String, String)]

    func write(to fields: inout some LogFields) {
        for (key, value) in pairs { fields.field(LogFieldName(key), value) }
    }
}

private struct Broken: Error, CustomStringConvertible {
    var description: String { "it \"broke\"" }
}

@Suite struct LogLineTests {
    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00.000Z"),
        (951_782_400, 999_999_999, "2000-02-29T00:00:00.999Z"),
        (951_868_799, 1_000_000, "2000-02-29T23:59:59.001Z"),
        (1_767_225_599, 250_000_000, "2025-12-31T23:59:59.250Z"),
        (1_767_225_600, 0, "2026-01-01T00:00:00.000Z"),
        (4_107_542_400, 0, "2100-03-01T00:00:00.000Z"),
        (-1, 0, "1969-12-31T23:59:59.000Z"),
    ])
    func aTimeIsWrittenAsRFC3339(_ seconds: Int, _ nanoseconds: Int, _ expected: String) {
        var clock = Timestamp()
        let time = Timestamp.Time(second: seconds, millisecond: nanoseconds / 1_000_000)
        for _ in 0..<2 {
            let text = clock.text(at: time)
            #expect(text == expected)
        }
    }

    @Test func aKeptTimeFollowsTheClock() {
        var clock = Timestamp()
        for (second, millisecond) in [(5, 7), (6, 7), (6, 8), (5, 8)] {
            let text = clock.text(at: .init(second: second, millisecond: millisecond))
            #expect(text.hasSuffix(":0\(second).00\(millisecond)Z"))
        }
    }

    @Test(arguments: [
        ("plain", "plain"), ("", "\"\""), ("two words", "\"two words\""), ("a=b", "\"a=b\""),
        ("say \"x\\\"", "\"say \\\"x\\\\\\\"\""), ("a\nb", "\"a\\nb\""),
        ("a\r\u{1B}[0m", "\"a\\u{d}\\u{1b}[0m\""),
        ("a\u{2028}b\u{85}c\u{7F}", "\"a\\u{2028}b\\u{85}c\\u{7f}\""), ("żółw", "\"żółw\""),
        ("\u{0}", "\"\\u{0}\""),
    ])
    func aTextFieldCannotBeTakenForAnother(_ value: String, _ expected: String) {
        let line = LogFormat.text.line(
            time: "T", level: "info", message: "m", Fields(pairs: [("k", value)]))
        #expect(text(line) == "T info m k=\(expected)")
    }

    @Test(arguments: LogFormat.allCases)
    func nothingInjectsALine(_ format: LogFormat) {
        let evil = "x\n{\"level\":\"info\"}\r\n\u{0}\u{B}\u{C}\u{1B}"
        let line = format.line(
            time: "T", level: "info", message: evil, Fields(pairs: [(evil, evil)]))
        #expect(line.allSatisfy { $0 >= 0x20 })
    }

    @Test func aJSONLineIsAnObject() throws {
        let evil = "quote \" backslash \\ newline \n ünïcode"
        let line = LogFormat.json.line(
            time: "T", level: "info", message: evil, Fields(pairs: [("model", evil)]))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line)) as? [String: String])
        #expect(object == ["time": "T", "level": "info", "message": evil, "model": evil])
    }

    @Test(arguments: ["\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é"])
    func aByteIsEscapedAlikeAtEveryPlace(_ character: String) throws {
        for place in 0..<20 {
            let value =
                String(repeating: "a", count: place) + character
                + String(repeating: "b", count: 19 - place)
            let line = LogFormat.json.line(
                time: "T", level: "info", message: "m", Fields(pairs: [("k", value)]))
            let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: String]
            #expect(object?["k"] == value)
        }
    }

    @Test func aLoggerWritesItsFields() throws {
        let pipe = try LogPipe()
        let sink = LogSink(descriptor: pipe.writer)
        var logger = Logger(label: "sluice.test") { label in
            LineLogHandler(
                label: label, sink: sink, level: .debug,
                metadataProvider: .init { ["trace": "t1", "b": "from the provider"] })
        }
        logger[metadataKey: "b"] = "from the logger"
        logger[metadataKey: "a"] = "from the logger"
        logger.trace("not written")
        logger.debug(
            "hello\nworld",
            metadata: [
                "a": "own", "level": "9", "list": ["x", "\(7)"],
                "table": ["k": "v", "n": .stringConvertible(7)],
            ])
        logger.error("failed", error: Broken())
        let lines = pipe.lines { $0.count == 2 }
        let time = #/^\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",/#
        #expect(
            lines.map { $0.replacing(time, with: "") } == [
                #""level":"debug","message":"hello\nworld","label":"sluice.test","a":"own","b":"from the logger","level_":"9","list":["x","7"],"table":{"k":"v","n":7},"trace":"t1"}"#,
                #""level":"error","message":"failed","label":"sluice.test","a":"from the logger","b":"from the logger","error":"it \"broke\"","trace":"t1"}"#,
            ])
    }

    @Test func aLoggerWritesText() throws {
        let pipe = try LogPipe()
        let sink = LogSink(descriptor: pipe.writer)
        let logger = Logger(label: "sluice") {
            LineLogHandler(label: $0, sink: sink, format: .text)
        }
        logger.info("listening", metadata: ["address": "127.0.0.1:80", "tls": ["on": "no way"]])
        let line = try #require(pipe.lines { $0.count == 1 }.first)
        #expect(
            line.dropFirst(24)
                == " info listening label=sluice address=127.0.0.1:80 tls.on=\"no way\"")
    }
}
