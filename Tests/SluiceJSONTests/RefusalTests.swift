import SluiceJSON
import Testing

@Suite("Refusing what is not JSON")
struct RefusalTests {
    @Test(
        arguments: [
            ("", .empty, 0), (" \n\t ", .empty, 4), ("{", .syntax, 1), ("[", .syntax, 1),
            ("[1", .syntax, 2), ("[1,", .syntax, 3), ("[1,]", .syntax, 3), ("[,1]", .syntax, 1),
            ("[1 2]", .syntax, 3), (#"{"a"}"#, .syntax, 4), (#"{"a":}"#, .syntax, 5),
            (#"{"a":1,}"#, .syntax, 7), (#"{1:2}"#, .syntax, 1), (#"{"a":1]"#, .syntax, 6),
            ("[1}", .syntax, 2), ("]", .syntax, 0), ("1 2", .trailingBytes, 2),
            ("{} x", .trailingBytes, 3), ("[]]", .trailingBytes, 2), ("[1]\0", .trailingBytes, 3),
            ("01", .syntax, 1), ("-", .syntax, 1), ("+1", .syntax, 0), ("1.", .syntax, 2),
            (".5", .syntax, 0), ("1e", .syntax, 2), ("1e+", .syntax, 3), ("1x", .syntax, 1),
            ("-x", .syntax, 1), ("0x1", .syntax, 1), ("1.e5", .syntax, 2), ("1\0", .syntax, 1),
            ("NaN", .syntax, 0), ("-Infinity", .syntax, 1), ("tru", .syntax, 0),
            ("truex", .syntax, 0), ("nulL", .syntax, 0), ("falsee", .syntax, 0),
            ("true\"\"", .syntax, 0), ("1\"\"", .syntax, 1), ("\"a\"b", .trailingBytes, 3),
            ("\"a\"\"b\"", .trailingBytes, 3), ("'a'", .syntax, 0), ("\"a", .syntax, 0),
            ("[\"a\n\"]", .syntax, 3), ("[\"\0\"]", .syntax, 2), (#""\x""#, .syntax, 1),
            (#""\u12""#, .syntax, 1), (#""\u12G4""#, .syntax, 1),
            (#"["ok\n", "\U0041"]"#, .syntax, 10),
            (#""\"#, .syntax, 0), (#""\""#, .syntax, 0), (#"\"a""#, .syntax, 0),
            ("[1,\u{C}2]", .syntax, 3),
            ("[1\u{1A}2]", .syntax, 2), ("[\u{B}1]", .syntax, 1), ("\u{FEFF}{}", .syntax, 0),
            ("[1]//", .trailingBytes, 3), ("{\"a\":1 \"b\":2}", .syntax, 7), ("\0", .syntax, 0),
            ("[\u{A0}1]", .syntax, 1), (#"{"a" "b"}"#, .syntax, 5), (#"{"a"::1}"#, .syntax, 5),
        ] as [(String, JSONError.Reason, Int)])
    func theErrorSaysWhatAndWhere(_ text: String, _ reason: JSONError.Reason, _ offset: Int) {
        let error = #expect(throws: JSONError.self) {
            try JSONDocument(parsing: Array(text.utf8))
        }
        #expect(error == JSONError(reason: reason, offset: offset))
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
            [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xE2, 0x28, 0xA1],
        ] as [[UInt8]])
    func badUTF8IsRefusedWhereverItStands(_ bad: [UInt8]) {
        for before in [0, 1, 13, 28, 31, 32, 59, 62, 63, 64, 100] {
            let start = Array("\"é".utf8) + Array(repeating: 0x61, count: before)
            let error = #expect(throws: JSONError.self) {
                try JSONDocument(parsing: start + bad + Array("z\"".utf8))
            }
            #expect(error == JSONError(reason: .invalidUTF8, offset: start.count))
        }
    }

    @Test func theMessageNeverRepeatsTheInput() {
        for reason in JSONError.Reason.allCases {
            let message = JSONError(reason: reason, offset: 7).message
            #expect(message.hasPrefix("The JSON "))
            #expect(message.hasSuffix("."))
        }
        let error = #expect(throws: JSONError.self) { try document(#"{"secret":sk-1}"#) }
        #expect(error?.message == "The JSON is malformed at byte 10.")
    }

    /// Such texts have more values than any valid one with as many brackets and commas.
    @Test(arguments: ["[", "{\"a\":", "[1,[", "[{\"a\":["], [1, 2, 3, 40, 100])
    func aTextOfOpenBracketsIsRefusedWhereItEnds(_ piece: String, _ count: Int) {
        let text = Array(String(repeating: piece, count: count).utf8)
        #expect(throws: JSONError(reason: .syntax, offset: text.count)) {
            try JSONDocument(parsing: text, maximumDepth: 1_000)
        }
    }

    @Test(arguments: [1, 2, 5, 128, 1000])
    func theDepthLimitIsExact(_ depth: Int) throws {
        let fits = [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
        _ = try JSONDocument(parsing: fits, maximumDepth: depth)
        let error = #expect(throws: JSONError.self) {
            try JSONDocument(parsing: [0x5B] + fits + [0x5D], maximumDepth: depth)
        }
        #expect(error == JSONError(reason: .depth, offset: depth))
    }

    @Test func aScalarNeedsNoDepth() throws {
        #expect(try JSONDocument(parsing: Array("1".utf8), maximumDepth: 0).root.int == 1)
        #expect(throws: JSONError(reason: .depth, offset: 0)) {
            try JSONDocument(parsing: Array("[]".utf8), maximumDepth: 0)
        }
    }

    @Test func theValueLimitIsExact() throws {
        let text = Array(#"{"a":[1,2]}"#.utf8)
        _ = try JSONDocument(parsing: text, maximumValues: 5)
        #expect(throws: JSONError(reason: .tooManyValues, offset: 8)) {
            try JSONDocument(parsing: text, maximumValues: 4)
        }
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":", "]", "{", "[[],", "\"", "\\", ",", "[1,"])
    func endlessRepetitionIsRefusedAtAnyDepth(_ part: String) {
        let text = Array(String(repeating: part, count: 100_000).utf8)
        for depth in [128, Int(UInt32.max), Int.max] {
            #expect(throws: JSONError.self) {
                try JSONDocument(parsing: text, maximumDepth: depth)
            }
        }
    }

    @Test func deepNestingIsReadAndEditedWithoutRecursion() throws {
        let depth = 100_000
        let text =
            String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        var document = try JSONDocument(parsing: Array(text.utf8), maximumDepth: depth)
        #expect(document.root.count == 1)
        document.append(2, to: ["0", "0"])
        let path = Array(repeating: "0", count: depth)
        #expect(document.value(at: path)?.int == 1)
        #expect(document.value(at: ["0", "0", "1"])?.int == 2)
    }

    @Test func aNumberOfTenMegabytesIsRead() throws {
        let digits = [UInt8](repeating: 0x39, count: 10_000_000)
        let document = try JSONDocument(parsing: [0x5B] + digits + [0x5D])
        #expect(document.root[0]?.range == 1..<10_000_001)
        #expect(document.root[0]?.int == nil)
        #expect(throws: JSONError(reason: .syntax, offset: 10_000_001)) {
            try JSONDocument(parsing: digits + [0x65])
        }
    }
}
