import SluiceJSON
import Testing

/// An edited document must be what its text says: the moved index equals a fresh one.
func expect(_ document: JSONDocument, is text: String, _ place: SourceLocation = #_sourceLocation)
    throws
{
    #expect(String(decoding: document.bytes, as: UTF8.self) == text, sourceLocation: place)
    let fresh = try JSONDocument(parsing: document.bytes)
    #expect(outline(document.root) == outline(fresh.root), sourceLocation: place)
}

/// All values of a document with their places.
func outline(_ value: JSONValue) -> [String] {
    var lines = ["\(value.kind) \(value.range)"]
    for member in value.members { lines += ["\(member.key):"] + outline(member.value) }
    for element in value.elements { lines += outline(element) }
    return lines
}

func document(_ text: String) throws -> JSONDocument {
    try JSONDocument(parsing: Array(text.utf8))
}

@Suite("Editing a document")
struct EditingTests {
    struct Edit: Sendable, CustomTestStringConvertible {
        let before: String
        let path: [String]
        let literal: JSONLiteral
        let after: String

        init(_ before: String, _ path: [String], _ literal: JSONLiteral, _ after: String) {
            (self.before, self.path, self.literal, self.after) = (before, path, literal, after)
        }

        var testDescription: String { "\(before) → \(after)" }
    }

    @Test(arguments: [
        Edit(#"{"model":"a","n":1}"#, ["model"], "bb", #"{"model":"bb","n":1}"#),
        Edit(#"{ "n" : 1 , "model" : "a" }"#, ["model"], "", #"{ "n" : 1 , "model" : "" }"#),
        Edit(#"{"a":{"b":[1,2,{"c":3}]},"z":0}"#, ["a", "b"], nil, #"{"a":{"b":null},"z":0}"#),
        Edit(#"{"a":1,"z":0}"#, ["a"], ["x": [1, 2.5]], #"{"a":{"x":[1,2.5]},"z":0}"#),
        Edit(#"{"a":{"b":1},"z":0}"#, ["a", "b"], true, #"{"a":{"b":true},"z":0}"#),
        Edit(#"{"a":[1, 2 ,3]}"#, ["a", "1"], "two", #"{"a":[1, "two" ,3]}"#),
        Edit(#"{"mod\u0065l":"a"}"#, ["model"], "b", #"{"mod\u0065l":"b"}"#),
        Edit(#"{"größe":1,"x":2}"#, ["größe"], 10, #"{"größe":10,"x":2}"#),
        Edit("\n[1]\t", [], ["a": 1], "\n{\"a\":1}\t"),
    ])
    func settingAValueReplacesItInPlace(_ edit: Edit) throws {
        var edited = try document(edit.before)
        let found = edited.set(edit.path, to: edit.literal)
        #expect(found)
        try expect(edited, is: edit.after)
    }

    @Test(arguments: [
        Edit("{}", ["a"], 1, #"{"a":1}"#),
        Edit("{ \n }", ["a"], 1, "{\"a\":1 \n }"),
        Edit(#"{"a":1}"#, ["b"], "x", #"{"a":1,"b":"x"}"#),
        Edit("{\n  \"a\": [1]\n}\n", ["b"], [:], "{\n  \"a\": [1],\"b\":{}\n}\n"),
        Edit(#"{"a":{},"z":[1]}"#, ["a", "b"], [1], #"{"a":{"b":[1]},"z":[1]}"#),
        Edit(#"{"a":{"b":1},"z":[1]}"#, ["a", "c"], 2, #"{"a":{"b":1,"c":2},"z":[1]}"#),
        Edit("{}", ["a\"\n"], 1, #"{"a\"\n":1}"#),
    ])
    func settingAMissingMemberAppendsIt(_ edit: Edit) throws {
        var edited = try document(edit.before)
        let found = edited.set(edit.path, to: edit.literal)
        #expect(found)
        try expect(edited, is: edit.after)
    }

    @Test(arguments: [
        (#"{"a":1, "x":0, "\u0061":2, "y":0, "a":3}"#, #"{"x":0, "y":0, "a":9}"#),
        (#"{ "a" : 1 , "a" : 2 , "a" : 3 }"#, #"{ "a" : 9 }"#),
        (#"{"x":[1],"a":1,"a":{"b":2},"a":3,"y":4}"#, #"{"x":[1],"a":9,"y":4}"#),
    ])
    func aRepeatedNameIsSetOnce(_ before: String, _ after: String) throws {
        var edited = try document(before)
        edited.set("a", to: 9)
        try expect(edited, is: after)
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, "{}"), (#"{ "a" : 1 , "a" : 2 }"#, "{  }"),
        (#"{"a":1,"a":2, "x":0}"#, #"{"x":0}"#), (#"{"x":0 ,"a":1,"a":2 }"#, #"{"x":0 }"#),
        (#"{"a":[1],"x":0,"a":{"b":2},"y":0,"a":3}"#, #"{"x":0,"y":0}"#),
    ])
    func aRepeatedNameIsRemovedEverywhere(_ before: String, _ after: String) throws {
        var edited = try document(before)
        edited.remove("a")
        try expect(edited, is: after)
    }

    @Test(.timeLimit(.minutes(1)))
    func aNameRepeatedAMillionTimesIsRemovedInOnePass() throws {
        let members = String(repeating: #""a":1,"#, count: 1_000_000)
        let before = try document("{\(members)\"x\":0}")
        var removed = before
        removed.remove("a")
        try expect(removed, is: #"{"x":0}"#)
        var set = before
        set.set("a", to: 2)
        try expect(set, is: #"{"a":2,"x":0}"#)
    }

    @Test(arguments: [
        ("{}", ["a", "b"]), (#"{"a":1}"#, ["a", "b"]), (#"{"a":[]}"#, ["a", "0"]),
        (#"{"a":[1]}"#, ["a", "x"]), ("[]", ["a"]), ("1", ["a"]), (#"{"a":[1]}"#, ["a", "1"]),
        (#"{"a":[1]}"#, ["a", "-1"]),
    ])
    func settingWhereNothingIsChangesNothing(_ text: String, _ path: [String]) throws {
        var edited = try document(text)
        let found = edited.set(path, to: 1)
        #expect(!found)
        try expect(edited, is: text)
    }

    @Test(arguments: [
        (#"{"a":1,"b":2,"c":3}"#, ["a"], #"{"b":2,"c":3}"#),
        (#"{"a":1,"b":2,"c":3}"#, ["b"], #"{"a":1,"c":3}"#),
        (#"{"a":1,"b":2,"c":3}"#, ["c"], #"{"a":1,"b":2}"#),
        (#"{ "a" : 1 , "b" : 2 , "c" : 3 }"#, ["a"], #"{ "b" : 2 , "c" : 3 }"#),
        (#"{ "a" : 1 , "b" : 2 , "c" : 3 }"#, ["b"], #"{ "a" : 1 , "c" : 3 }"#),
        (#"{ "a" : 1 , "b" : 2 , "c" : 3 }"#, ["c"], #"{ "a" : 1 , "b" : 2 }"#),
        (#"{ "a" : 1 }"#, ["a"], #"{  }"#), (#"{"a":{"b":[1,2]}}"#, ["a", "b"], #"{"a":{}}"#),
        (#"{"a":{"b":[1,2],"c":0}}"#, ["a", "b"], #"{"a":{"c":0}}"#),
        (#"{"a":1,"x":0,"a":2,"\u0061":3}"#, ["a"], #"{"x":0}"#),
        (#"{"größe":1,"x":","}"#, ["größe"], #"{"x":","}"#),
        (#"{"x":",","y":" , "}"#, ["y"], #"{"x":","}"#),
        (#"[1, 2, 3]"#, ["0"], "[2, 3]"), (#"[1, 2, 3]"#, ["1"], "[1, 3]"),
        (#"[1, 2, 3]"#, ["2"], "[1, 2]"), ("[ [ ] ]", ["0"], "[  ]"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", ["b"], "{\n  \"a\": 1\n}\n"),
    ])
    func removingTakesOneCommaAlong(_ before: String, _ path: [String], _ after: String) throws {
        var edited = try document(before)
        let found = edited.remove(path)
        #expect(found)
        try expect(edited, is: after)
    }

    @Test(arguments: [[], ["b"], ["a", "b"], ["a", "0"]] as [[String]])
    func removingWhatIsNotThereChangesNothing(_ path: [String]) throws {
        var edited = try document(#"{"a":1}"#)
        let found = edited.remove(path)
        #expect(!found)
        try expect(edited, is: #"{"a":1}"#)
    }

    @Test(
        arguments: [
            (0..<1, "[ 2 ,3,[4]]"), (0..<2, "[ 3,[4]]"), (1..<3, "[ 1,[4]]"), (2..<9, "[ 1, 2]"),
            (3..<4, "[ 1, 2 ,3]"), (0..<4, "[ ]"), (0..<0, nil), (4..<5, nil),
        ] as [(Range<Int>, String?)])
    func elementsAreRemovedTogether(_ positions: Range<Int>, _ after: String?) throws {
        var edited = try document(#"{"m":[ 1, 2 ,3,[4]]}"#)
        let found = edited.removeElements(positions, from: ["m"])
        #expect(found == (after != nil))
        try expect(edited, is: #"{"m":\#(after ?? "[ 1, 2 ,3,[4]]")}"#)
    }

    @Test(
        arguments: [
            ("[]", [], "[7]"), ("[ ]", [], "[7 ]"), ("[1 ]", [], "[1,7 ]"),
            (#"{"a":[{"b":[]}],"z":1}"#, ["a", "0", "b"], #"{"a":[{"b":[7]}],"z":1}"#),
            (#"{"a":[{"b":[]}],"z":1}"#, ["a"], #"{"a":[{"b":[]},7],"z":1}"#),
        ] as [(String, [String], String)])
    func appendingAddsAnElement(_ before: String, _ path: [String], _ after: String) throws {
        var edited = try document(before)
        let found = edited.append(7, to: path)
        #expect(found)
        try expect(edited, is: after)
    }

    @Test func appendingNeedsAnArray() throws {
        var edited = try document(#"{"a":{}}"#)
        let object = edited.append(7, to: ["a"])
        let nothing = edited.append(7, to: ["b"])
        #expect(!object && !nothing)
    }

    @Test func aViewOfAnEarlierTextReplacesNothing() throws {
        var edited = try document(#"{"a":[1,{"b":2}],"c":3}"#)
        let view = try #require(edited.root["a"]?[1])
        let replaced = edited.replace(view, with: "x")
        #expect(replaced)
        try expect(edited, is: #"{"a":[1,"x"],"c":3}"#)
        let again = edited.replace(view, with: "y")
        #expect(!again)
        try expect(edited, is: #"{"a":[1,"x"],"c":3}"#)
    }

    @Test(arguments: ["", "1,2", "1]", "\"", "nul", "1 \u{FEFF}"])
    func rawBytesCannotBreakOut(_ raw: String) throws {
        var edited = try document(#"{"a":1}"#)
        edited.set("a", to: .raw(Array(raw.utf8)))
        try expect(edited, is: #"{"a":null}"#)
        edited.set("b", to: ["x": .raw(Array(raw.utf8))])
        try expect(edited, is: #"{"a":null,"b":{"x":null}}"#)
    }

    @Test func spelledValuesKeepTheirSpelling() throws {
        var edited = try document("{}")
        edited.set("a", to: .raw(Array(" { \"x\" : 1.50 } ".utf8)))
        let other = try document(#"["\u0041", 1E0]"#)
        edited.set("b", to: .value(other.root))
        try expect(edited, is: #"{"a":{ "x" : 1.50 },"b":["\u0041", 1E0]}"#)
    }
}
