import SluiceConfig
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("10s", .seconds(10)), ("5m", .seconds(300)),
        ("1h", .seconds(3_600)), ("2d", .seconds(172_800)), ("5us", .microseconds(5)),
        ("1.5s", .milliseconds(1_500)), ("0.25h", .seconds(900)),
    ])
    func aDurationHasAUnit(_ text: String, _ expected: Duration) throws {
        #expect(try parse("k = \"\(text)\"").duration("k") == expected)
    }

    @Test(arguments: [
        "10", "s", "10 s", "-1s", "+1s", "10S", "1e3s", "1.s", "1m30s", "٣s", "10s ",
        "99999999999999999999s", "200000000d",
    ])
    func aTextThatIsNoDurationIsRefused(_ text: String) throws {
        let root = try parse("k = \"\(text)\"")
        #expect(
            failure { _ = try root.duration("k") }
                == "line 1: 'k' at the top level: expected a duration such as \"10s\", found \"\(text)\""
        )
    }

    @Test(arguments: [
        Reading(
            "k = 10", "line 2: 'k' in [x]: expected a duration such as \"10s\", found an integer"
        ) { "\(try $0.duration("k"))" },
        Reading("k = \"0s\"", "line 2: 'k' in [x]: must be above zero") {
            "\(try $0.duration("k"))"
        },
        Reading("", "3.0 seconds") { "\(try $0.duration("k", default: .seconds(3)))" },
        Reading("", "nil") { "\(try $0.optionalDuration("k") as Any)" },
        Reading("k = \"off\"", "nil") {
            "\(try $0.durationOrOff("k", default: .seconds(1)) as Any)"
        },
        Reading("k = \"none\"", "nil") { "\(try $0.durationOrOff("k", default: nil) as Any)" },
        Reading("k = 0", "nil") { "\(try $0.durationOrOff("k", default: .seconds(1)) as Any)" },
        Reading("k = \"0s\"", "nil") { "\(try $0.durationOrOff("k", default: nil) as Any)" },
        Reading("k = \"2s\"", "Optional(2.0 seconds)") {
            "\(try $0.durationOrOff("k", default: nil) as Any)"
        },
        Reading("", "Optional(1.0 seconds)") {
            "\(try $0.durationOrOff("k", default: .seconds(1)) as Any)"
        },
        Reading(
            "k = 5",
            "line 2: 'k' in [x]: expected a duration such as \"10s\" or \"off\", found an integer"
        ) { "\(try $0.durationOrOff("k", default: nil) as Any)" },
    ])
    func aDurationMayBeAbsentOrOff(_ reading: Reading) throws {
        #expect(try reading.run() == reading.expected)
    }

    @Test(arguments: [
        ("512B", 512), ("64KiB", 65_536), ("1MB", 1_000_000), ("1kB", 1_000), ("1KB", 1_000),
        ("2MiB", 2_097_152), ("1GiB", 1_073_741_824), ("0B", 0),
    ])
    func aSizeHasAUnit(_ text: String, _ expected: Int) throws {
        #expect(try parse("k = \"\(text)\"").size("k") == expected)
    }

    @Test(arguments: ["64", "KiB", "1.5MiB", "-1B", "64 KiB", "64kib", "9999999999GiB"])
    func aTextThatIsNoSizeIsRefused(_ text: String) throws {
        let root = try parse("k = \"\(text)\"")
        #expect(
            failure { _ = try root.size("k") }
                == "line 1: 'k' at the top level: expected a size such as \"64KiB\", found \"\(text)\""
        )
    }

    @Test func aSizeOutsideItsRangeIsRefused() throws {
        let root = try parse("k = \"1KiB\"")
        #expect(
            failure { _ = try root.size("k", in: 2_048...4_096) }
                == "line 1: 'k' at the top level: must be at least 2048 bytes, is 1024")
        #expect(
            failure { _ = try root.size("k", default: 5, in: 0...1_000) }
                == "line 1: 'k' at the top level: must be at most 1000 bytes, is 1024")
        #expect(try root.size("absent", default: 5) == 5)
    }
}
