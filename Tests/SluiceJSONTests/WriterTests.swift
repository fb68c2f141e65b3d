import SluiceJSON
import Testing

private func written(_ build: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    build(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
}

@Suite("Writing JSON")
struct WriterTests {
    @Test func commasAndNestingAreRight() {
        let text = written {
            $0.object {
                $0.member("a", 1)
                $0.key("b")
                $0.array {
                    $0.null()
                    $0.object { _ in }
                    $0.array { $0.bool(true) }
                    $0.double(0.5)
                }
                $0.member("c", ["x": nil, "y": [1, false]])
                $0.key("d")
                $0.array { _ in }
                $0.member("e", "")
            }
        }
        #expect(
            text == #"{"a":1,"b":[null,{},[true],0.5],"c":{"x":null,"y":[1,false]},"d":[],"e":""}"#)
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("\"\\/", #""\"\\/""#),
        ("\n\r\t\u{8}\u{c}", #""\n\r\t\b\f""#),
        ("\0\u{1}\u{1f}\u{7f}", #""\u0000\u0001\u001f"# + "\u{7f}\""),
        ("größe 😀", #""größe 😀""#), ("\u{2028}", "\"\u{2028}\""),
        ("0123456789abcde\"0123456789abcdef\n", #""0123456789abcde\"0123456789abcdef\n""#),
    ])
    func aStringIsEscapedOnlyWhereItMust(_ text: String, _ json: String) {
        #expect(written { $0.string(text) } == json)
        #expect(written { $0.object { $0.member(text, 1) } } == "{\(json):1}")
    }

    @Test func everyByteIsEscapedAtEveryPosition() throws {
        for scalar in 0..<UInt8(0x80) {
            for length in [0, 1, 14, 15, 16, 17, 31, 40] {
                let text =
                    String(repeating: "x", count: length) + String(UnicodeScalar(scalar)) + "é"
                let document = JSONDocument(.string(text))
                #expect(document.root.string == text)
                #expect(try JSONDocument(parsing: document.bytes).root.string == text)
            }
        }
    }

    @Test func bytesThatAreNotUTF8AreRepaired() throws {
        let text = written { $0.string(repairing: [0x61, 0xFF, 0x22, 0xC3]) }
        #expect(text == "\"a\u{FFFD}\\\"\u{FFFD}\"")
    }

    @Test(
        arguments: [
            (0.1, "0.1"), (-0.0, "-0.0"), (1e300, "1e+300"), (.leastNonzeroMagnitude, "5e-324"),
            (100, "100.0"),
            (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
        ] as [(Double, String)])
    func aDoubleReadsBackTheSame(_ number: Double, _ json: String) throws {
        let document = JSONDocument(.double(number))
        #expect(String(decoding: document.bytes, as: UTF8.self) == json)
        #expect(document.root.double == (number.isFinite ? number : nil))
    }

    @Test(arguments: [0, -1, Int.max, Int.min])
    func anIntReadsBackTheSame(_ number: Int) {
        #expect(JSONDocument(.int(number)).root.int == number)
    }

    @Test func whatIsNotOneValueBecomesNull() {
        #expect(JSONDocument { _ in }.root.isNull)
        let two = JSONDocument {
            $0.int(1)
            $0.int(2)
        }
        #expect(two.bytes == Array("null".utf8))
        #expect(JSONDocument { $0.object { $0.int(1) } }.root.isNull)
    }

    @Test func aWriterStartsOver() {
        var writer = JSONWriter(capacity: 100)
        writer.object { $0.member("a", 1) }
        writer.removeAll()
        writer.int(1)
        #expect(writer.bytes == Array("1".utf8))
    }
}
