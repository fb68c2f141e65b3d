import SluiceConfig
import Testing

private enum Mode: String, CaseIterable { case open, closed }

@Suite struct ReadingTests {
    @Test(arguments: [
        Reading(#"k = "text""#, "text") { try $0.string("k") },
        Reading(#"k = "a$b $$ ^x$""#, "a$b $ ^x$") { try $0.string("k") },
        Reading("", "fallback") { try $0.string("k", default: "fallback") },
        Reading("", "nil") { "\(try $0.optionalString("k") as Any)" },
        Reading(
            "", "line 1: missing key 'k' in [x]"
        ) { try $0.string("k") },
        Reading(
            "kk = 1", "line 1: missing key 'k' in [x]; did you mean it by 'kk'?"
        ) { try $0.string("k") },
        Reading(
            #"k = """#, "line 2: 'k' in [x]: must not be empty"
        ) { try $0.string("k") },
        Reading(
            "k = 5", "line 2: 'k' in [x]: expected a string, found an integer"
        ) { try $0.string("k") },
        Reading(
            "k = [1]", "line 2: 'k' in [x]: expected a string, found a list"
        ) { try $0.string("k", default: "") },
        Reading(#"k = "certs/a.pem""#, "/etc/sluice/certs/a.pem") { try $0.filePath("k") },
        Reading(#"k = "/run/a.pem""#, "/run/a.pem") { try $0.filePath("k") },
        Reading(#"k = "../b""#, "/etc/b") { try $0.optionalFilePath("k") ?? "" },
    ])
    func aString(_ reading: Reading) throws {
        #expect(try reading.run() == reading.expected)
    }

    @Test(arguments: [
        Reading(#"k = ["a", "b"]"#, #"["a", "b"]"#) { "\(try $0.strings("k"))" },
        Reading("k = []", "[]") { "\(try $0.strings("k"))" },
        Reading("", #"["z"]"#) { "\(try $0.strings("k", default: ["z"]))" },
        Reading(#"k = "a""#, #"["a"]"#) { "\(try $0.strings("k", oneOrMany: true))" },
        Reading(
            #"k = "a""#, "line 2: 'k' in [x]: expected a list of strings, found a string"
        ) { "\(try $0.strings("k"))" },
        Reading(
            #"k = ["a", 1]"#,
            "line 2: 'k' in [x]: expected a list of strings, found an integer in it"
        ) { "\(try $0.strings("k"))" },
        Reading(
            "k = true",
            "line 2: 'k' in [x]: expected a string or a list of strings, found true or false"
        ) { "\(try $0.strings("k", oneOrMany: true))" },
        Reading(#"k = { b = "2", a = "1" }"#, "a=1 b=2") {
            try $0.stringTable("k").sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
                .joined(separator: " ")
        },
        Reading("", "[:]") { "\(try $0.stringTable("k"))" },
        Reading(
            "k = { a = 1 }", "line 2: 'k' in [x]: expected a string for 'a', found an integer"
        ) { "\(try $0.stringTable("k"))" },
    ])
    func aListOrTableOfStrings(_ reading: Reading) throws {
        #expect(try reading.run() == reading.expected)
    }

    @Test(arguments: [
        Reading("k = 0x10", "16") { "\(try $0.int("k"))" },
        Reading("k = -9223372036854775808", "-9223372036854775808") { "\(try $0.int("k"))" },
        Reading("", "7") { "\(try $0.int("k", default: 7, in: 1...10))" },
        Reading("k = 10", "10") { "\(try $0.int("k", in: 1...10))" },
        Reading(
            "k = 11", "line 2: 'k' in [x]: must be at most 10, is 11"
        ) { "\(try $0.int("k", in: 1...10))" },
        Reading(
            "k = 0", "line 2: 'k' in [x]: must be at least 1, is 0"
        ) { "\(try $0.int("k", default: 3, in: 1...10))" },
        Reading(
            "k = 1.0", "line 2: 'k' in [x]: expected an integer, found a number"
        ) { "\(try $0.int("k"))" },
        Reading(
            #"k = "1""#, "line 2: 'k' in [x]: expected an integer, found a string"
        ) { "\(try $0.int("k"))" },
        Reading("k = 1", "1.0") { "\(try $0.double("k"))" },
        Reading("k = 2.5e-1", "0.25") { "\(try $0.double("k", in: 0...1))" },
        Reading("", "0.5") { "\(try $0.double("k", default: 0.5))" },
        Reading(
            "k = 1.5", "line 2: 'k' in [x]: must be at most 1.0, is 1.5"
        ) { "\(try $0.double("k", in: 0...1))" },
        Reading(
            "k = nan", "line 2: 'k' in [x]: expected a number, found a number that is not finite"
        ) { "\(try $0.double("k"))" },
        Reading("k = true", "true") { "\(try $0.bool("k"))" },
        Reading("", "false") { "\(try $0.bool("k", default: false))" },
        Reading(
            #"k = "true""#, "line 2: 'k' in [x]: expected true or false, found a string"
        ) { "\(try $0.bool("k"))" },
    ])
    func aNumberOrFlag(_ reading: Reading) throws {
        #expect(try reading.run() == reading.expected)
    }

    @Test(arguments: [
        Reading(#"k = "closed""#, "closed") { "\(try $0.choice("k", of: Mode.self))" },
        Reading("", "open") { "\(try $0.choice("k", default: Mode.open))" },
        Reading("", "nil") { "\(try $0.optionalChoice("k", of: Mode.self) as Any)" },
        Reading(
            #"k = "opne""#,
            #"line 2: 'k' in [x]: expected one of "open", "closed", found "opne"; did you mean "open"?"#
        ) { "\(try $0.choice("k", of: Mode.self))" },
        Reading(
            #"k = "sideways""#,
            #"line 2: 'k' in [x]: expected one of "open", "closed", found "sideways""#
        ) { "\(try $0.choice("k", of: Mode.self))" },
        Reading(
            "k = 1", #"line 2: 'k' in [x]: expected one of "open", "closed", found an integer"#
        ) { "\(try $0.choice("k", of: Mode.self))" },
        Reading("", "line 1: missing key 'k' in [x]") { "\(try $0.choice("k", of: Mode.self))" },
    ])
    func aChoice(_ reading: Reading) throws {
        #expect(try reading.run() == reading.expected)
    }

    @Test func aValueComesAsItIs() throws {
        let root = try parse(
            """
            [defaults]
            temperature = 0.5
            stop = ["a", 1, true]
            options = { seed = 7, user = "${WHO}" }
            """, ["WHO": "me"])
        #expect(
            try root.value("defaults")
                == .table([
                    "temperature": .double(0.5),
                    "stop": .array([.string("a"), .int(1), .bool(true)]),
                    "options": .table(["seed": .int(7), "user": .string("me")]),
                ]))
        #expect(try root.value("absent") == nil)
        try root.rejectUnreadKeys()
    }
}
