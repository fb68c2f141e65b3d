import SluiceJSON
import Testing

@Suite("Reading a document")
struct ReadingTests {
    @Test(arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""größe""#, "größe"),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\ud83d\ude00!""#, "😀!"),
        (#""a\u0000b""#, "a\0b"), (#""\ud83d""#, "\u{FFFD}"),
        (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
        (#""\ud83dx\ude00""#, "\u{FFFD}x\u{FFFD}"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
        (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\\u0041""#, #"\u0041"#),
        (#""\uDBFF\uDFFF\uFFFF""#, "\u{10FFFF}\u{FFFF}"),
    ])
    func aStringReadsAsItSays(_ text: String, _ meaning: String) throws {
        let value = try document(text).root
        #expect(value.string == meaning)
        #expect(value.isString(meaning))
        #expect(!value.isString(meaning + "x"))
        #expect((value.plainStringBytes == nil) == text.contains("\\"))
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("17", 17), ("-17", -17), ("9223372036854775807", Int.max),
        ("-9223372036854775808", Int.min), ("9223372036854775808", nil),
        ("-9223372036854775809", nil), ("99999999999999999999999", nil), ("1e3", 1000),
        ("5.0", 5), ("5.5", nil), ("1e400", nil), ("true", nil), ("\"1\"", nil),
    ])
    func aWholeNumberThatFitsIsAnInt(_ text: String, _ number: Int?) throws {
        #expect(try document(text).root.int == number)
    }

    @Test(arguments: [
        ("0.1", 0.1), ("-0.0", -0.0), ("1E+2", 100), ("1.5e-3", 0.0015),
        ("123456789012345678", 123_456_789_012_345_680),
        ("1e400", nil), ("-1e400", nil), ("1e-400", 0), ("null", nil), ("\"1\"", nil),
    ])
    func aNumberIsTheNearestDouble(_ text: String, _ number: Double?) throws {
        #expect(try document(text).root.double == number)
    }

    @Test func valuesSayWhatTheyAre() throws {
        let root = try document(#"[{}, [], "", 1, true, false, null]"#).root
        #expect(
            root.elements.map(\.kind) == [.object, .array, .string, .number, .bool, .bool, .null])
        #expect(root.elements.map(\.bool) == [nil, nil, nil, nil, true, false, nil])
        #expect(root.count == 7)
        #expect(root[0]?.isObject == true)
        #expect(root[1]?.isArray == true)
        #expect(root[6]?.isNull == true)
    }

    @Test func membersAreFoundByDecodedName() throws {
        let root = try document(#"{"a":1,"\u0062":2,"größe":3,"":4,"a/b":5,"c\/d":6}"#).root
        #expect(root["a"]?.int == 1)
        #expect(root["b"]?.int == 2)
        #expect(root["größe"]?.int == 3)
        #expect(root[""]?.int == 4)
        #expect(root["a/b"]?.int == 5)
        #expect(root["c/d"]?.int == 6)
        #expect(root["A"] == nil)
        #expect(root.members.map(\.key) == ["a", "b", "größe", "", "a/b", "c/d"])
    }

    @Test func aNameInsideAValueIsNotAMember() throws {
        let root = try document(#"{"x":{"model":1},"y":["model",2],"z":"model"}"#).root
        #expect(root["model"] == nil)
    }

    @Test func ofARepeatedNameTheLastCounts() throws {
        let root = try document(#"{"a":1,"a":2,"\u0061":3}"#).root
        #expect(root["a"]?.int == 3)
        #expect(root.count == 3)
    }

    @Test func pathsLeadThroughObjectsAndArrays() throws {
        let document = try document(#"{"choices":[{"delta":{}},{"delta":{"content":"x"}}],"0":7}"#)
        #expect(document.value(at: ["choices", "1", "delta", "content"])?.string == "x")
        #expect(document.value(at: ["choices", "2"]) == nil)
        #expect(document.value(at: ["choices", "-1"]) == nil)
        #expect(document.value(at: ["choices", "delta"]) == nil)
        #expect(document.value(at: ["0"])?.int == 7)
        #expect(document.value(at: ["0", "0"]) == nil)
        #expect(document.value(at: [])?.range == 0..<document.count)
    }

    @Test(arguments: [
        (#"{"model":1,"model":2}"#, "model"), (#"{"model":1,"mod\u0065l":2}"#, "model"),
        (#"{"\u006dodel":1,"mod\u0065l":2}"#, "model"), (#"{"stream":1,"stream":1}"#, "stream"),
        (#"{"model":1,"x":{"model":2}}"#, nil), (#"{"user":1,"user":2}"#, nil), ("{}", nil),
        (#"["model","model"]"#, nil), (#""model""#, nil), (#"{"model":1,"Model":2}"#, nil),
    ])
    func aRepeatedNameIsNoticedHoweverItIsSpelled(_ text: String, _ name: String?) throws {
        #expect(try document(text).duplicateMember(among: ["model", "stream"]) == name)
    }

    @Test func rawBytesAreTheSpelling() throws {
        let document = try document(#" {"a" : [ 1.50 , "\u0041" ] } "#)
        #expect(
            document.root["a"].map { Array($0.rawBytes) } == Array(#"[ 1.50 , "\u0041" ]"#.utf8))
        #expect(document.root["a"]?.range == 8..<27)
    }

    @Test func aCopyOfASpanAndAPartOfAnArrayReadAlike() throws {
        let line = Array(#"data: {"a":1}"#.utf8)
        #expect(try JSONDocument(parsing: line[6...]).root["a"]?.int == 1)
        #expect(try JSONDocument(copying: line.span.extracting(6...)).root["a"]?.int == 1)
    }

    @Test func aViewOutlivesAnEdit() throws {
        var document = try document(#"{"a":"old","b":1}"#)
        let view = document.root
        document.set("a", to: "quite new")
        #expect(view["a"]?.string == "old")
        #expect(view["b"]?.int == 1)
        #expect(document.root["a"]?.string == "quite new")
    }

    @Test func manyThreadsReadAtOnce() async {
        let sums = await withTaskGroup(of: Int.self, returning: [Int].self) { group in
            for task in 1...8 {
                group.addTask {
                    var sum = 0
                    for size in 1...200 {
                        let elements = Array(repeating: String(task), count: size * task)
                        let text = "[" + elements.joined(separator: ",") + "]"
                        let document = try? JSONDocument(parsing: Array(text.utf8))
                        sum += document?.root.elements.compactMap(\.int).reduce(0, +) ?? 0
                    }
                    return sum
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums.sorted() == (1...8).map { $0 * $0 * 200 * 201 / 2 })
    }
}
